#include "testing/conformance/storage_case.hpp"

#include <algorithm>

#include "messenger/errors.hpp"

namespace messenger::inline v0::testing {

StorageCase::StorageCase(const StorageFactory& make, const StorageFactory& reopen)
    : reopen_(reopen), storage_(make()) {
  require(storage_ != nullptr, "the factory gives a storage");
}

std::shared_ptr<Storage> StorageCase::openAgain() const {
  auto storage = reopen_();
  require(storage != nullptr, "the data is opened once more");
  return storage;
}

void StorageCase::restart() {
  storage_.reset();
  storage_ = openAgain();
}

std::string StorageCase::newId(const std::string& kind) {
  return kind + "-" + std::to_string(++ids_);
}

CallParticipant StorageCase::newRow(const CallId& call, const UserId& who, std::int64_t seconds) {
  CallParticipant row;
  row.id = ParticipantId{newId("participant")};
  row.callId = call;
  row.user = who;
  row.createdAt = at(seconds);
  row.updatedAt = at(seconds);
  return row;
}

CallSession StorageCase::sessionOf(const CallParticipant& row, std::int64_t seconds, std::string device) {
  CallSession session;
  session.participant = row.id;
  session.user = row.user;
  session.device = DeviceId{std::move(device)};
  session.mediaId = Secret{"media of " + row.id.value() + session.device.value()};
  session.openedAt = at(seconds);
  return session;
}

NewJob StorageCase::newJob(JobType type, std::optional<CallId> call, std::int64_t availableAt) {
  NewJob job;
  job.id = JobId{newId("job")};
  job.type = type;
  job.queue = queue;
  job.call = std::move(call);
  job.createdAt = at(availableAt);
  job.availableAt = t(availableAt);
  return job;
}

CallChange StorageCase::starting(const std::string& thread, const UserId& owner, std::int64_t seconds) {
  threads_.insert(thread);
  CallWithRoom call;
  call.id = CallId{newId("call")};
  call.threadId = ThreadId{thread};
  call.owner = owner;
  call.createdAt = at(seconds);
  call.updatedAt = at(seconds);
  CallChange change;
  change.call = call.id;
  change.row = call;
  change.participants = {newRow(call.id, owner, seconds)};
  change.sessions = {sessionOf(change.participants[0], seconds)};
  change.now = t(seconds);
  change.seenBy = here;
  return change;
}

CallChange StorageCase::changing(const CallId& call, std::int64_t seconds) {
  CallChange change;
  change.call = call;
  change.expectedRevision = state(call).call.revision;
  change.now = t(seconds);
  change.seenBy = here;
  return change;
}

CallChange StorageCase::joining(const CallId& call, const std::vector<UserId>& who, std::int64_t seconds) {
  CallChange change = changing(call, seconds);
  for (const UserId& each : who) {
    change.participants.push_back(newRow(call, each, seconds));
    change.sessions.push_back(sessionOf(change.participants.back(), seconds));
  }
  return change;
}

CallChange StorageCase::ending(const CallId& call, std::int64_t seconds) {
  CallChange change = changing(call, seconds);
  change.row = state(call).call;
  change.row->endedAt = at(seconds);
  change.row->updatedAt = at(seconds);
  change.row->endReason = EndReason::hungUp;
  change.everyoneLeaves = at(seconds);
  return change;
}

CommitResult StorageCase::commit(const CallChange& change) {
  CommitResult result = calls().commit(change);
  requireEqual("status", result.status, CommitResult::Status::committed);
  calls_.insert(change.call);
  return result;
}

CallId StorageCase::start(const std::string& thread, const UserId& owner, std::int64_t seconds) {
  return commit(starting(thread, owner, seconds)).call.id;
}

void StorageCase::join(const CallId& call, const UserId& who, std::int64_t seconds) {
  commit(joining(call, {who}, seconds));
}

void StorageCase::leave(const CallId& call, const UserId& who, std::int64_t seconds) {
  CallChange change = changing(call, seconds);
  CallParticipant out = row(call, who);
  out.leftAt = at(seconds);
  out.updatedAt = at(seconds);
  change.participants = {std::move(out)};
  commit(change);
}

void StorageCase::end(const CallId& call, std::int64_t seconds) {
  commit(ending(call, seconds));
}

std::optional<JobQueue::ClaimedJob> StorageCase::claim(std::int64_t seconds, std::int64_t lease) {
  return jobs().claim({queue, t(seconds), t(seconds + lease), at(seconds), std::nullopt, std::nullopt});
}

Settlement StorageCase::settlement(const JobQueue::ClaimedJob& claimed, Settlement::Kind kind,
                                   std::int64_t availableAt) {
  return {claimed.job.id, claimed.job.token, kind, t(availableAt), "an error"};
}

CallState StorageCase::state(const CallId& call, const std::optional<UserId>& who) const {
  CallStore::LoadRequest request;
  request.call = call;
  request.user = who;
  auto loaded = calls().load(request);
  require(loaded.call.has_value(), "the call is found");
  return std::move(*loaded.call);
}

CallParticipant StorageCase::row(const CallId& call, const UserId& who) const {
  const CallState found = state(call, who);
  require(found.find(who) != nullptr, "the user has a row");
  return *found.find(who);
}

std::vector<CallParticipant> StorageCase::rows(const CallId& call) const {
  return calls().participants({call, 0, 1000});
}

std::vector<HeartbeatStore::SilentSession> StorageCase::silent() const {
  return heartbeats().silent({StorageTime::max(), INT64_MAX, std::nullopt, 1000});
}

std::optional<StorageTime> StorageCase::lastSeen(const CallId& call, const UserId& who,
                                                 const std::string& device) const {
  const CallState found = state(call, who);
  const CallSession* session = found.find(who, DeviceId{device});
  if (session == nullptr || !session->open()) return std::nullopt;
  return session->lastSeen;
}

std::string StorageCase::picture() const {
  std::string text;
  for (const CallId& call : calls_) {
    text += describe(state(call).call) + describe(state(call).inCall) + describe(rows(call));
    CallStore::LoadRequest withRings;
    withRings.call = call;
    withRings.rings = true;
    text += describe(calls().load(withRings).call.value().rings);
  }
  for (const std::string& thread : threads_) {
    text += describe(calls().history({ThreadId{thread}, std::nullopt, 1000, alice}).total);
  }
  text += describe(waiting()) + describe(failed());
  for (const auto& each : silent()) {
    text += describe(each.who) + describe(each.lastSeen) + describe(each.seenBy);
  }
  std::vector<std::string> gone;
  for (const auto& each : heartbeats().departures({StorageTime{}, 1000})) gone.push_back(describe(each.who));
  std::sort(gone.begin(), gone.end());
  text += describe(gone);
  return text + describe(switches().callsDownUntil());
}

void StorageCase::requireRefused(std::string_view what, const std::function<void()>& operation) {
  unchangedBy([&] {
    bool threw = false;
    try {
      operation();
    } catch (const StorageError&) {
      threw = true;
    }
    require(threw, std::string{what} + " throws StorageError");
    return true;
  });
}

}  // namespace messenger::testing
