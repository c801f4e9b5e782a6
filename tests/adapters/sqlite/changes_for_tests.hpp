#pragma once

#include <chrono>
#include <string>

#include "messenger/contracts/storage.hpp"

namespace messenger::testing {

// The parameters of Storage's operations with what a test does not care about filled in.

inline constexpr TimePoint t0{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};

[[nodiscard]] inline TimePoint at(int seconds) {
  return t0 + std::chrono::seconds{seconds};
}
[[nodiscard]] inline UserId user(std::string id) {
  return {"user", std::move(id)};
}

[[nodiscard]] inline NewJob newJob(const std::string& id, JobType type, const std::string& call,
                                   TimePoint available = t0) {
  NewJob job;
  job.id = JobId{id};
  job.type = type;
  job.queue = "messenger";
  if (!call.empty()) job.call = CallId{call};
  job.availableAt = available;
  return job;
}

/// Starts `call` in `thread` by user:alice, whose row is `call`-alice; with a SetupCall `call`-setup.
[[nodiscard]] inline StartChange start(const std::string& call, const std::string& thread,
                                       TimePoint now = t0) {
  StartChange change;
  change.call = CallId{call};
  change.thread = ThreadId{thread};
  change.owner = user("alice");
  change.participant = ParticipantId{call + "-alice"};
  change.now = now;
  change.heardBy = InstanceId{1};
  change.jobs = {newJob(call + "-setup", JobType::setupCall, call, now)};
  return change;
}

[[nodiscard]] inline JoinChange join(const std::string& call, const std::string& who, TimePoint now = t0) {
  JoinChange change;
  change.call = CallId{call};
  change.user = user(who);
  change.participant = ParticipantId{call + "-" + who};
  change.now = now;
  change.heardBy = InstanceId{1};
  return change;
}

[[nodiscard]] inline LeaveChange leave(const std::string& call, const std::string& who, TimePoint now = t0) {
  LeaveChange change;
  change.call = CallId{call};
  change.user = user(who);
  change.now = now;
  change.onEnd = {newJob(call + "-teardown", JobType::teardownCall, call, now)};
  return change;
}

[[nodiscard]] inline KickChange kick(const std::string& call, const std::string& actor,
                                     const std::string& who, bool kicked = true, TimePoint now = t0) {
  KickChange change;
  change.call = CallId{call};
  change.actor = user(actor);
  change.participant = ParticipantId{call + "-" + who};
  change.kicked = kicked;
  change.now = now;
  change.onEnd = {newJob(call + "-teardown", JobType::teardownCall, call, now)};
  return change;
}

[[nodiscard]] inline EndChange end(const std::string& call, TimePoint now = t0) {
  EndChange change;
  change.call = CallId{call};
  change.now = now;
  change.onEnd = {newJob(call + "-teardown", JobType::teardownCall, call, now)};
  return change;
}

[[nodiscard]] inline ClaimParams claimNext(TimePoint now = t0) {
  ClaimParams params;
  params.queue = "messenger";
  params.now = now;
  params.leaseUntil = now + std::chrono::seconds{30};
  return params;
}

}  // namespace messenger::testing
