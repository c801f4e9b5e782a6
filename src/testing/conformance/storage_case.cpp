#include "testing/conformance/storage_case.hpp"

#include <algorithm>

namespace messenger::testing {
namespace {

constexpr std::size_t many = 10'000;

std::shared_ptr<Storage> opened(const StorageFactory& factory) {
  std::shared_ptr<Storage> storage = factory();
  require(storage != nullptr, "the factory gives a storage");
  return storage;
}

}  // namespace

StorageCase::StorageCase(const StorageFactory& make, const StorageFactory& reopen)
    : reopen_(reopen), storage_(opened(make)) {}

std::shared_ptr<Storage> StorageCase::openAgain() const {
  return opened(reopen_);
}

void StorageCase::restart() {
  storage_.reset();
  storage_ = opened(reopen_);
}

ParticipantId StorageCase::newParticipant() {
  return ParticipantId{"participant-" + std::to_string(++ids_)};
}

NewJob StorageCase::newJob(JobType type, std::optional<CallId> call, TimePoint availableAt) {
  return {JobId{"job-" + std::to_string(++ids_)}, type, "calls", std::move(call), std::nullopt, availableAt};
}

StartChange StorageCase::starting(const std::string& thread, const UserId& owner, TimePoint now) {
  threads_.insert(thread);
  const CallId call{"call-" + std::to_string(++ids_)};
  return {call, ThreadId{thread}, owner, newParticipant(), now, here, {}};
}

StartOutcome StorageCase::tryStart(const std::string& thread, const UserId& owner, TimePoint now) {
  return storage_->startCall(starting(thread, owner, now));
}

Call StorageCase::start(const std::string& thread, const UserId& owner, TimePoint now) {
  const StartOutcome outcome = tryStart(thread, owner, now);
  requireEqual("the status of a start", outcome.status, StartStatus::started);
  require(outcome.call.has_value(), "a start that succeeded gives the call");
  return *outcome.call;
}

JoinOutcome StorageCase::join(const Call& call, const UserId& who, TimePoint now, InstanceId heardBy) {
  return storage_->joinCall({call.id, who, newParticipant(), now, heardBy});
}

LeaveOutcome StorageCase::leave(const Call& call, const UserId& who, TimePoint now,
                                std::vector<NewJob> onEnd) {
  return storage_->leaveCall({call.id, who, now, EndReason::lastLeft, std::move(onEnd)});
}

KickOutcome StorageCase::kick(const Call& call, const UserId& actor, const UserId& whom, TimePoint now,
                              bool kicked) {
  return storage_->setKicked({call.id, actor, participant(call, whom).id, kicked, now, {}});
}

EndOutcome StorageCase::end(const Call& call, TimePoint now) {
  EndChange change;
  change.call = call.id;
  change.now = now;
  return storage_->endCall(change);
}

ClaimedJob StorageCase::claimNew(JobType type, const std::optional<CallId>& call, TimePoint now) {
  const NewJob job = newJob(type, call, now);
  storage_->addJob(job);
  std::optional<ClaimedJob> claimed = claimJob(job.id, now);
  require(claimed.has_value(), "a new job can be claimed");
  return *claimed;
}

std::optional<ClaimedJob> StorageCase::claim(TimePoint now, TimePoint leaseUntil) {
  return storage_->claimJob({"calls", now, leaseUntil, std::nullopt, std::nullopt});
}

std::optional<ClaimedJob> StorageCase::claimJob(const JobId& job, TimePoint now) {
  return storage_->claimJob({"calls", now, now + lease, job, std::nullopt});
}

bool StorageCase::settle(const ClaimedJob& claimed, Settlement::Kind kind, TimePoint availableAt) {
  return storage_->settleJob({claimed.job.id, claimed.job.token, kind, availableAt, "it went wrong"});
}

Call StorageCase::call(const CallId& id) const {
  const std::optional<CallSnapshot> found = storage_->findCall(id, std::nullopt);
  require(found.has_value(), "the call is found");
  return found->call;
}

CallParticipant StorageCase::participant(const Call& call, const UserId& who) const {
  const std::optional<CallSnapshot> found = storage_->findCall(call.id, who);
  require(found && found->viewer, "the participant is found");
  return *found->viewer;
}

std::vector<Job> StorageCase::jobs() const {
  return storage_->jobs({false, 0, many});
}

std::vector<Job> StorageCase::parked() const {
  return storage_->jobs({true, 0, many});
}

std::optional<Job> StorageCase::findJob(const JobId& id) const {
  for (const std::vector<Job>& some : {jobs(), parked()}) {
    const auto found = std::find_if(some.begin(), some.end(), [&](const Job& job) { return job.id == id; });
    if (found != some.end()) return *found;
  }
  return std::nullopt;
}

std::vector<StoredPresence> StorageCase::silent() const {
  SilentQuery query;
  query.heardAtOrBefore = never();
  query.cutoff = INT64_MAX;
  query.limit = many;
  return storage_->silentParticipants(query);
}

std::optional<StoredPresence> StorageCase::heard(const Call& call, const UserId& who) const {
  for (StoredPresence& presence : silent()) {
    if (presence.who == InCallKey{call.id, who}) return std::move(presence);
  }
  return std::nullopt;
}

std::string StorageCase::picture() const {
  std::string text;
  for (const std::string& thread : threads_) {
    HistoryQuery query;
    query.thread = ThreadId{thread};
    query.limit = many;
    for (const CallSnapshot& snapshot : storage_->history(query).calls) {
      text += "\n  call " + describe(snapshot.call);
      for (const CallParticipant& participant : storage_->participants(snapshot.call.id)) {
        text += "\n    participant " + describe(participant);
      }
    }
  }
  for (const Job& job : jobs()) text += "\n  job " + describe(job);
  for (const Job& job : parked()) text += "\n  parked job " + describe(job);
  for (const StoredPresence& presence : silent()) text += "\n  heard " + describe(presence);
  text += "\n  down until " + describe(storage_->callsDownUntil());
  return text;
}

}  // namespace messenger::testing
