#include "testing/conformance/storage_case.hpp"

namespace messenger::testing {
namespace {

/// What a caller may hand over as an id. None of these is stored anywhere.
std::vector<std::string> oddTexts(const std::string& known) {
  using namespace std::string_literals;
  return {""s,
          std::string(1'000'000, 'x'),
          known + "\0"s,
          known + "\0more"s,
          "\0"s + known,
          known + " ",
          " " + known,
          "\xff\xfe broken \xc3"s,
          "\xed\xa0\x80"s,
          "'; DROP TABLE calls; --"s,
          "%"s,
          "*"s,
          known.substr(0, known.size() - 1),
          "\xe2\x80\x8b"s};
}

void asCalls(StorageCase& c) {
  const Call known = c.start("thread", c.alice, at(0));
  c.unchangedBy([&] {
    for (const std::string& text : oddTexts(known.id.value())) {
      Call odd;
      odd.id = CallId{text};
      require(!c->findCall(odd.id, c.alice), "a call of an odd id is not found");
      require(c->participants(odd.id).empty(), "it has no participants");
      requireEqual("a join", c.join(odd, c.bob, at(1)).status, JoinStatus::noCall);
      requireEqual("a leave", c.leave(odd, c.alice, at(1)).status, LeaveStatus::noCall);
      requireEqual("an end", c.end(odd, at(1)).status, EndStatus::noCall);
      require(!c->claimJob({"calls", at(1), at(9), std::nullopt, odd.id}), "it has no jobs");
    }
    return 0;
  });
}

void asThreads(StorageCase& c) {
  c.start("thread", c.alice, at(0));
  for (const std::string& text : oddTexts("thread")) {
    HistoryQuery query;
    query.thread = ThreadId{text};
    query.viewer = c.alice;
    requireEqual("the calls of a thread of an odd id", c->history(query).total, std::size_t{0});
    require(c->activeCalls({ThreadId{text}}, c.alice).empty(), "it has no active call");
    if (ThreadStore* store = c->threadStore()) {
      require(!store->findThread(ThreadId{text}), "it is not found");
      require(store->members(ThreadId{text}).empty(), "it has no members");
      require(!store->removeMember(ThreadId{text}, c.alice), "nobody is removed from it");
    }
  }
}

void asUsers(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  c.unchangedBy([&] {
    for (const std::string& text : oddTexts("alice")) {
      for (const UserId& odd : {UserId{"user", text}, UserId{text, "alice"}, UserId{text, text}}) {
        require(!c->findCall(call.id, odd).value().viewer, "a user of an odd id has no row");
        requireEqual("a leave", c.leave(call, odd, at(1)).status, LeaveStatus::notInCall);
        c->saveHeartbeats({here, at(0), at(1), {{{call.id, odd}, at(1)}}});
        if (ThreadStore* store = c->threadStore()) {
          require(store->threadsOf(odd).empty(), "no threads either");
          require(!store->findUserName(odd), "no name either");
        }
      }
    }
    return 0;
  });
}

void asParticipantsAndJobs(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  const ParticipantId known = c.participant(call, c.alice).id;
  const NewJob job = c.newJob(JobType::endCalls, std::nullopt, at(0));
  c->addJob(job);
  c.unchangedBy([&] {
    for (const std::string& text : oddTexts(known.value())) {
      const ParticipantId odd{text};
      require(!c->findParticipant(odd), "a participant of an odd id is not found");
      requireEqual("a kick", c->setKicked({call.id, c.alice, odd, true, at(1), {}}).status,
                   KickStatus::noParticipant);
    }
    for (const std::string& text : oddTexts(job.id.value())) {
      const JobId odd{text};
      require(!c.claimJob(odd, at(1)), "a job of an odd id is not claimed");
      require(!c->renewJob(odd, 1, at(9)), "nor prolonged");
      require(!c->settleJob({odd, 1, Settlement::Kind::done, at(1), {}}), "nor settled");
      requireEqual("how many are retried", c->retryParked(odd, at(1)), std::size_t{0});
    }
    for (const std::string& text : oddTexts("calls")) {
      require(!c->claimJob({text, at(1), at(9), std::nullopt, std::nullopt}), "an odd queue has no jobs");
      requireEqual("how many wait in it", c->jobCounts(text, at(1)).waiting, std::size_t{0});
    }
    return 0;
  });
}

void longErrors(StorageCase& c) {
  const ClaimedJob claimed = c.claimNew(JobType::endCalls, std::nullopt, at(0));
  const std::string text = std::string(5000, 'e') + " ünd ☎ '\"";
  require(c->settleJob({claimed.job.id, claimed.job.token, Settlement::Kind::park, at(1), text}), "settled");
  require(c.findJob(claimed.job.id).value().lastError == text, "the error comes back as it was");
}

void extremeNumbers(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  require(c->activeCallsUpTo(INT64_MIN, INT64_MAX, 10).empty(), "an empty range has no calls");
  requireEqual("all calls", c->activeCallsUpTo(INT64_MAX, INT64_MIN, 10).size(), std::size_t{1});
  HistoryQuery query;
  query.thread = call.threadId;
  query.before = INT64_MAX;
  requireEqual("calls before the last number there is", c->history(query).calls.size(), std::size_t{1});
  query.before = INT64_MIN;
  require(c->history(query).calls.empty(), "no call comes before the first number there is");
  require(c->jobs({false, INT64_MAX, 10}).empty(), "no job comes behind the last number there is");
}

}  // namespace

void checkOddTexts(StorageChecks& checks) {
  checks.run("odd ids: a call of an empty, huge, broken or slightly different id is not found", asCalls);
  checks.run("odd ids: nor is a thread", asThreads);
  checks.run("odd ids: nor is a user", asUsers);
  checks.run("odd ids: nor is a participant, a job or a queue", asParticipantsAndJobs);
  checks.run("odd texts: a long error comes back as it was", longErrors);
  checks.run("odd numbers: the ends of the range do no harm", extremeNumbers);
}

}  // namespace messenger::testing
