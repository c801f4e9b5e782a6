#include "testing/conformance/storage_case.hpp"

namespace messenger::inline v0::testing {
namespace {

/// Texts that may be passed as an id. None of them is stored anywhere.
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

void callsAndThreads(StorageCase& c) {
  const CallId known = c.start("thread", c.alice, 0);
  c.unchangedBy([&] {
    for (const std::string& text : oddTexts(known.value())) {
      CallStore::LoadRequest request;
      request.call = CallId{text};
      require(!c.calls().load(request).call, "a call of an odd id is not found");
      require(c.rows(CallId{text}).empty(), "it has no participants");
      CallChange change;
      change.call = CallId{text};
      change.expectedRevision = 1;
      requireEqual("a change of it", c.calls().commit(change).status, CommitResult::Status::conflict);
      require(!c.jobs().claim({queue, t(1), t(9), at(1), std::nullopt, CallId{text}}), "it has no jobs");
    }
    for (const std::string& text : oddTexts("thread")) {
      CallStore::LoadRequest request;
      request.thread = ThreadId{text};
      require(!c.calls().load(request).call, "a thread of an odd id has no active call");
      require(c.calls().activeCalls({ThreadId{text}}, c.alice).empty(), "nor lists one");
      const auto page = c.calls().history({ThreadId{text}, std::nullopt, 9, c.alice});
      requireEqual("its calls", page.total, std::size_t{0});
    }
    return true;
  });
}

void usersAndRows(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  c.unchangedBy([&] {
    for (const std::string& text : oddTexts("alice")) {
      for (const UserId& odd : {UserId{"user", text}, UserId{text, "alice"}, UserId{text, text}}) {
        require(c.state(call, odd).participants.empty(), "a user of an odd id has no row");
        const auto passedOver = c.heartbeats().save({there, {{{call, odd}, t(9)}}, std::nullopt});
        requireEqual("how many are passed over", passedOver.size(), std::size_t{1});
        requireEqual("who is passed over", passedOver.front().who, {call, odd});
      }
    }
    for (const std::string& text : oddTexts(c.row(call, c.alice).id.value())) {
      require(!c.calls().findParticipant(ParticipantId{text}), "a row of an odd id is not found");
    }
    return true;
  });
}

void jobsAndQueues(StorageCase& c) {
  const NewJob job = c.newJob(JobType::endCalls, std::nullopt, 0);
  c.jobs().add(job);
  c.unchangedBy([&] {
    for (const std::string& text : oddTexts(job.id.value())) {
      const JobId odd{text};
      require(!c.jobs().claim({queue, t(1), t(9), at(1), odd, std::nullopt}), "an odd job is not claimed");
      require(!c.jobs().renew(odd, 1, t(9)), "nor prolonged");
      require(!c.jobs().settle({odd, 1, Settlement::Kind::done, t(1), {}}), "nor settled");
      requireEqual("how many are retried", c.jobs().retryFailed(odd, t(1)), std::size_t{0});
    }
    for (const std::string& text : oddTexts(queue)) {
      require(!c.jobs().claim({text, t(1), t(9), at(1), std::nullopt, std::nullopt}), "no job in its queue");
      requireEqual("how many wait in it", c.jobs().counts(text, t(1)).waiting, std::size_t{0});
    }
    return true;
  });
}

void members(StorageCase& c) {
  ThreadStore* threads = c.storage().threads();
  if (threads == nullptr) return;
  NewThread made;
  made.thread.id = ThreadId{"thread"};
  made.members = {{.user = c.alice, .name = "Alice"}};
  threads->createThread(made);
  for (const std::string& text : oddTexts("thread")) {
    require(!threads->findThread(ThreadId{text}), "a thread of an odd id is not found");
    require(threads->members(ThreadId{text}).empty(), "it has no members");
  }
  for (const std::string& text : oddTexts("alice")) {
    const UserId odd{"user", text};
    require(!threads->findMember(ThreadId{"thread"}, odd), "a user of an odd id is not a member");
    require(threads->threadsOf(odd).empty() && !threads->findUserName(odd),
            "and has neither threads nor name");
  }
}

void comeBack(StorageCase& c) {
  const std::string odd = std::string(5000, 'e') + " h\xC3\xA4h \xE2\x98\x8E \xF0\x9F\x98\x80 '\"\\%";
  NewJob job = c.newJob(JobType::endCalls, std::nullopt, 0);
  job.id = JobId{"job " + odd};
  c.jobs().add(job);
  const auto claimed = c.claim(0).value();
  require(c.jobs().settle({job.id, claimed.job.token, Settlement::Kind::fail, t(1), odd}), "settled");
  require(c.failed().at(0).id == job.id, "the job's id");
  require(c.failed().at(0).lastError == odd, "the error");
  CallChange change = c.starting("thread", c.alice, 0);
  change.row->setupComplete = true;
  change.row->room = Room{odd, odd, odd, Secret{odd}};
  c.commit(change);
  require(c.state(change.call).call.room == change.row->room, "the room");
  ThreadStore* threads = c.storage().threads();
  if (threads == nullptr) return;
  NewThread made;
  made.thread.id = ThreadId{odd};
  made.thread.subject = odd;
  made.members = {{.user = c.alice, .name = odd}};
  threads->createThread(made);
  require(threads->findThread(ThreadId{odd}).value().subject == odd, "the subject");
  require(threads->findMember(ThreadId{odd}, c.alice).value().name == odd, "the name");
}

void extremeNumbers(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  require(c.calls().activeCallsAfter({INT64_MAX, INT64_MIN, 9}).empty(), "an empty range has no calls");
  requireEqual("all", c.calls().activeCallsAfter({INT64_MIN, INT64_MAX, 9}).size(), std::size_t{1});
  requireEqual("all who were ever in", c.calls().participants({call, INT64_MIN, 9}).size(), std::size_t{1});
  require(c.calls().participants({call, INT64_MAX, 9}).empty(), "nobody after the last sequence");
  require(c.jobs().list({false, INT64_MAX, 9}).empty(), "no job after the last sequence");
  require(c.calls().participants({call, 0, 0}).empty(), "nothing on a page of no size");
  requireEqual("silent at any time",
               c.heartbeats().silent({StorageTime::max(), INT64_MAX, std::nullopt, SIZE_MAX}).size(),
               std::size_t{1});
  requireEqual("silent at no time",
               c.heartbeats().silent({StorageTime::min(), INT64_MAX, std::nullopt, 9}).size(),
               std::size_t{0});
}

}  // namespace

void checkOddTexts(StorageChecks& checks) {
  checks.run("odd ids: calls and threads -> not found, nothing changes", callsAndThreads);
  checks.run("odd ids: users and participants -> not found, nothing changes", usersAndRows);
  checks.run("odd ids: jobs and queues -> not found, nothing changes", jobsAndQueues);
  checks.run("odd ids: threads and members of the thread store -> not found", members);
  checks.run("odd texts: ids, errors, rooms and names -> unchanged when read", comeBack);
  checks.run("odd numbers: the ends of the range -> do no harm", extremeNumbers);
}

}  // namespace messenger::testing
