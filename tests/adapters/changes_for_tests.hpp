#pragma once

#include <chrono>
#include <string>

#include "messenger/contracts/storage.hpp"

namespace messenger::inline v0::testing {

// Changes of calls with what a test does not care about filled in.

using Status = CommitResult::Status;

/// So many seconds after the beginning of the tests' time, for people and for deadlines.
[[nodiscard]] inline TimePoint at(int seconds) {
  return TimePoint{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}} + std::chrono::seconds{seconds};
}
[[nodiscard]] inline StorageTime t(int seconds) {
  return StorageTime{std::chrono::hours{1000}} + std::chrono::seconds{seconds};
}
[[nodiscard]] inline UserId user(std::string id) {
  return {"user", std::move(id)};
}

[[nodiscard]] inline NewJob newJob(const std::string& id, JobType type, const std::string& call,
                                   int available = 0) {
  NewJob job;
  job.id = JobId{id};
  job.type = type;
  job.queue = "messenger";
  if (!call.empty()) job.call = CallId{call};
  job.createdAt = at(available);
  job.availableAt = t(available);
  return job;
}

[[nodiscard]] inline CallParticipant newRow(const std::string& call, const std::string& who, int seconds) {
  CallParticipant row;
  row.id = ParticipantId{call + "-" + who};
  row.callId = CallId{call};
  row.user = user(who);
  row.createdAt = at(seconds);
  row.updatedAt = at(seconds);
  return row;
}

/// The row's user is in the call with a device that has no name.
[[nodiscard]] inline CallSession sessionOf(const CallParticipant& row) {
  CallSession session;
  session.participant = row.id;
  session.user = row.user;
  session.openedAt = row.updatedAt;
  return session;
}

/// Starts `call` in `thread` by user:alice, whose row is `call`-alice; with a SetupCall `call`-setup.
[[nodiscard]] inline CallChange start(const std::string& call, const std::string& thread, int seconds = 0) {
  CallWithRoom row;
  row.id = CallId{call};
  row.threadId = ThreadId{thread};
  row.owner = user("alice");
  row.createdAt = at(seconds);
  row.updatedAt = at(seconds);
  CallChange change;
  change.call = row.id;
  change.row = row;
  change.participants = {newRow(call, "alice", seconds)};
  change.sessions = {sessionOf(change.participants[0])};
  change.jobs = {newJob(call + "-setup", JobType::setupCall, call, seconds)};
  change.now = t(seconds);
  change.seenBy = InstanceId{1};
  return change;
}

[[nodiscard]] inline Status started(Storage& storage, const std::string& call, const std::string& thread) {
  return storage.calls().commit(start(call, thread)).status;
}

[[nodiscard]] inline std::optional<CallState> load(Storage& storage, const std::string& call,
                                                   const std::string& who = "alice") {
  CallStore::LoadRequest request;
  request.call = CallId{call};
  request.user = user(who);
  return storage.calls().load(request).call;
}

/// A change of the call as it is stored now, which only raises its revision so far.
[[nodiscard]] inline CallChange change(Storage& storage, const std::string& call, int seconds = 0) {
  CallChange made;
  made.call = CallId{call};
  made.expectedRevision = load(storage, call).value().call.revision;
  made.now = t(seconds);
  made.seenBy = InstanceId{1};
  return made;
}

[[nodiscard]] inline CallChange join(Storage& storage, const std::string& call, const std::string& who) {
  CallChange made = change(storage, call);
  made.participants = {newRow(call, who, 0)};
  made.sessions = {sessionOf(made.participants[0])};
  return made;
}

/// Ends the call; with a TeardownCall `call`-teardown.
[[nodiscard]] inline CallChange end(Storage& storage, const std::string& call, int seconds = 0,
                                    EndReason reason = EndReason::hungUp) {
  CallChange made = change(storage, call, seconds);
  made.row = load(storage, call).value().call;
  made.row->endedAt = at(seconds);
  made.row->endReason = reason;
  made.everyoneLeaves = at(seconds);
  made.jobs = {newJob(call + "-teardown", JobType::teardownCall, call, seconds)};
  return made;
}

[[nodiscard]] inline JobQueue::ClaimRequest claimNext(int seconds = 0) {
  JobQueue::ClaimRequest request;
  request.queue = "messenger";
  request.now = t(seconds);
  request.leaseUntil = t(seconds + 30);
  request.wallNow = at(seconds);
  return request;
}

[[nodiscard]] inline JobQueue::ClaimRequest claimOf(const std::string& job, int seconds = 1) {
  JobQueue::ClaimRequest request = claimNext(seconds);
  request.job = JobId{job};
  return request;
}

}  // namespace messenger::testing
