#include "jobs/job_runner.hpp"

#include <algorithm>
#include <string>

#include "actions/log.hpp"
#include "actions/unreadable.hpp"
#include "jobs/call_timers.hpp"
#include "jobs/sweeps.hpp"
#include "messenger/errors.hpp"
#include "messenger/jobs/retry_policy.hpp"
#include "support/thrown.hpp"

namespace messenger::inline v0::jobs {

using ClaimedJob = JobQueue::ClaimedJob;

JobRunner::JobRunner(actions::Context& context, actions::Engine& engine,
                     std::function<VideoDriverFactory()> drivers)
    : context_(context), engine_(engine), rooms_(context, engine), drivers_(std::move(drivers)) {}

RunPolicy JobRunner::unattended() const {
  const Config& config = context_.config;
  RunPolicy policy;
  policy.queue = config.calling.subscriber.channel;
  policy.jobs = config.jobs;
  policy.lease = config.jobs.unattendedLease;
  policy.pause = [this](std::chrono::milliseconds pause) {
    context_.clock.sleepFor(pause);
    return true;
  };
  policy.patience = std::chrono::seconds{1};
  return policy;
}

std::optional<JobRun> JobRunner::runNext(const RunPolicy& policy) {
  auto ran = claimAndRun(policy, claimFor(policy));
  if (!ran) return std::nullopt;
  return std::move(ran->run);
}

std::optional<ClaimedJob> JobRunner::claimMostUrgent(const RunPolicy& policy, JobClass leastUrgent) {
  JobQueue::ClaimRequest request = claimFor(policy);
  request.leastUrgent = std::min(leastUrgent, JobClass::teardown);
  auto claimed = claim(request);
  if (!claimed && leastUrgent == JobClass::setup) {
    request.leastUrgent = leastUrgent;
    claimed = claim(request);
  }
  return claimed;
}

JobRun JobRunner::run(const RunPolicy& policy, const ClaimedJob& claimed, std::optional<Leases::Held>& held) {
  return run(
             policy, claimed, [&] { return askDriver(claimed, *held); }, held)
      .run;
}

JobRun JobRunner::conclude(const RunPolicy& policy, const ClaimedJob& claimed, const DriverOutcome& outcome,
                           std::optional<Leases::Held>& held) {
  return run(
             policy, claimed, [&] { return RoomJobs::checked(outcome, claimed); }, held)
      .run;
}

bool JobRunner::asksDriver(const RunPolicy& policy, const ClaimedJob& claimed) const {
  return RoomJobs::asks(claimed) && claimed.job.attempts <= maxAttempts(policy, claimed.job.type);
}

bool JobRunner::shouldStop(const RunPolicy& policy) const noexcept {
  if (!policy.stopRequested) return false;
  try {
    return policy.stopRequested();
  } catch (...) {
    actions::logSafely(context_.logger, LogLevel::error, "stopRequested threw, so no more jobs are run",
                       {{"queue", policy.queue}, {"error", support::whatWasThrown()}});
    return true;
  }
}

std::vector<JobRun> JobRunner::runPending(const RunPolicy& policy, std::size_t limit) {
  std::vector<JobRun> runs;
  while (runs.size() < limit && !shouldStop(policy)) {
    auto run = runNext(policy);
    if (!run) break;
    runs.push_back(std::move(*run));
  }
  return runs;
}

std::optional<Call> JobRunner::runCall(const CallId& call) noexcept {
  std::optional<Call> latest;
  try {
    const RunPolicy policy = unattended();
    for (;;) {
      JobQueue::ClaimRequest request = claimFor(policy);
      request.call = call;
      auto ran = claimAndRun(policy, request);
      if (!ran) break;
      if (ran->call && (!latest || latest->revision < ran->call->revision)) latest = std::move(ran->call);
    }
  } catch (...) {
    actions::logSafely(context_.logger, LogLevel::error, "the jobs of a call are left to a worker",
                       {{"call", call.value()}, {"error", support::whatWasThrown()}});
  }
  return latest;
}

void JobRunner::runJob(const JobId& job) noexcept {
  try {
    const RunPolicy policy = unattended();
    JobQueue::ClaimRequest request = claimFor(policy);
    request.job = job;
    claimAndRun(policy, request);
  } catch (...) {
    actions::logSafely(context_.logger, LogLevel::error, "a job is left to a worker",
                       {{"job", job.value()}, {"error", support::whatWasThrown()}});
  }
}

/// Each is taken out before it is reported: in synchronous mode its teardown then runs at once, and comes
/// here.
void JobRunner::reportLateRooms() {
  while (const auto call = lateRooms_.take()) {
    try {
      rooms_.reportLateRoom(*call);
    } catch (const StorageUnavailable&) {
      lateRooms_.add(*call);
      throw;
    } catch (...) {
      actions::logSafely(context_.logger, LogLevel::error,
                         "a room that was made too late could not be reported",
                         {{"call", call->value()}, {"error", support::whatWasThrown()}});
    }
  }
}

void JobRunner::storeWhatIsLeft() noexcept {
  try {
    reportLateRooms();
  } catch (...) {
    actions::logSafely(context_.logger, LogLevel::error,
                       "a room that was made too late could not be reported before the end",
                       {{"error", support::whatWasThrown()}});
  }
}

JobQueue::ClaimRequest JobRunner::claimFor(const RunPolicy& policy) const {
  const rules::Now now = context_.now();
  JobQueue::ClaimRequest request;
  request.queue = policy.queue;
  request.now = now.storage;
  request.leaseUntil = saturatingAdd(now.storage, policy.lease);
  request.wallNow = now.wall;
  request.takesOver = !outage_.endedWithin(context_.config.jobs.lease / 2, now.storage);
  return request;
}

std::optional<ClaimedJob> JobRunner::claim(const JobQueue::ClaimRequest& request) {
  std::optional<ClaimedJob> claimed;
  try {
    reportLateRooms();
    claimed = context_.storage.jobs().claim(request);
  } catch (const StorageUnavailable&) {
    outage_.notice(context_.now().storage);
    throw;
  }
  actions::reportUnreadable(context_);
  return claimed;
}

std::optional<JobRunner::Ran> JobRunner::claimAndRun(const RunPolicy& policy,
                                                     const JobQueue::ClaimRequest& request) {
  const auto claimed = claim(request);
  if (!claimed) return std::nullopt;
  std::optional<Leases::Held> held(std::in_place, policy.renewedBy, claimed->job);
  return run(
      policy, *claimed, [&] { return askDriver(*claimed, *held); }, held);
}

JobRunner::Ran JobRunner::run(const RunPolicy& policy, const ClaimedJob& claimed, const Ask& ask,
                              std::optional<Leases::Held>& held) {
  const Job& job = claimed.job;
  Ran ran{{job.id, job.type, job.call, job.attempts, JobOutcome::retry}, std::nullopt};
  const Persistence persist(context_, outage_, job, policy.pause, policy.patience);
  try {
    ran.run.outcome = attempt(policy, claimed, ask, persist, ran.call);
  } catch (...) {
    // The storage failed for as long as the lease: the lease ends, and the job is taken over.
    if (claimed.beginsCreate) lateRooms_.add(job.call.value());
    actions::logSafely(context_.logger, LogLevel::error, "a job could not be settled, its lease will end",
                       {{"job", job.id.value()},
                        {"type", toString(job.type)},
                        {"call", actions::textOf(job.call)},
                        {"error", support::whatWasThrown()}});
  }
  held.reset();
  measure(policy, job, ran.run.outcome);
  // A job of the same call may have waited for this one. An OS thread of a worker looks again itself.
  const bool looksAgain = policy.renewedBy != nullptr;
  if (job.call && !looksAgain) context_.jobsStored.notify();
  if (policy.onRun) {
    try {
      policy.onRun(ran.run);
    } catch (...) {
      actions::logSafely(context_.logger, LogLevel::warning, "onRun threw",
                         {{"job", job.id.value()}, {"error", support::whatWasThrown()}});
    }
  }
  return ran;
}

JobOutcome JobRunner::attempt(const RunPolicy& policy, const ClaimedJob& claimed, const Ask& ask,
                              const Persistence& persist, std::optional<Call>& after) {
  const Job& job = claimed.job;
  Attempt result;
  try {
    if (job.attempts > maxAttempts(policy, job.type)) {
      return fail(policy, claimed,
                  job.lastError.value_or("every attempt was interrupted: the process ended during it"),
                  persist, after);
    }
    result = perform(policy, claimed, ask, persist);
  } catch (const NotStored&) {
    throw;
  } catch (...) {
    result = {Attempt::Kind::failed, support::whatWasThrown(), {}};
  }
  after = result.call;
  if (result.kind == Attempt::Kind::failed) return fail(policy, claimed, result.error, persist, after);
  if (result.kind == Attempt::Kind::notNeeded) {
    result = settle({job.id, job.token, Settlement::Kind::done, {}, {}}, persist);
  }
  return result.kind == Attempt::Kind::done ? JobOutcome::done : JobOutcome::lost;
}

Attempt JobRunner::settle(const Settlement& settlement, const Persistence& persist) {
  const bool settled = persist([&] { return context_.storage.jobs().settle(settlement); });
  return {settled ? Attempt::Kind::done : Attempt::Kind::lost, {}, {}};
}

/// The claim was made for one lease.
void JobRunner::measure(const RunPolicy& policy, const Job& job, JobOutcome outcome) {
  if (!context_.meter.measures()) return;
  const std::string_view type = toString(job.type);
  context_.meter.count(Metric::jobRuns, 1, type, toString(outcome));
  if (!job.leasedUntil) return;
  const StorageTime claimed = saturatingSubtract(*job.leasedUntil, policy.lease);
  context_.meter.observe(Metric::jobDelay, saturatingDifference(claimed, job.availableAt), type);
  context_.meter.observe(Metric::jobRun, saturatingDifference(context_.now().storage, claimed), type);
}

/// A host's directory or factory may have taken longer than the lease: that is seen right before the driver
/// works.
std::optional<DriverOutcome> JobRunner::askDriver(const ClaimedJob& claimed, const Leases::Held& held) {
  if (!RoomJobs::asks(claimed)) return std::nullopt;
  const VideoDriverFactory drivers = [&, make = drivers_()] {
    auto driver = make();
    if (!held.isValid(context_.now().storage))
      throw DriverError("the lease ended before the driver was called");
    return driver;
  };
  return rooms_.ask(drivers, claimed);
}

Attempt JobRunner::perform(const RunPolicy& policy, const ClaimedJob& claimed, const Ask& ask,
                           const Persistence& persist) {
  const Job& job = claimed.job;
  StorageTime renewedAt = context_.now().storage;
  const auto keepGoing = [&] {
    const StorageTime now = context_.now().storage;
    if (saturatingDifference(now, renewedAt) < policy.lease / 3) return true;
    renewedAt = now;
    return context_.storage.jobs().renew(job.id, job.token, saturatingAdd(now, policy.lease));
  };
  const auto swept = [](bool finished) {
    return Attempt{finished ? Attempt::Kind::notNeeded : Attempt::Kind::lost, {}, {}};
  };
  switch (job.type) {
    case JobType::setupCall:
    case JobType::teardownCall:
    case JobType::removeFromRoom:
      return rooms_.conclude(claimed, ask(), persist);
    case JobType::checkCallsActivity:
      return swept(checkActivity(context_, engine_, job.cutoff.value_or(0), keepGoing));
    case JobType::endCalls:
      return swept(endCalls(context_, engine_, job.cutoff.value_or(0), keepGoing));
    case JobType::warnOfEnd:
    case JobType::endOverdueCall:
    case JobType::endLoneCall:
    case JobType::endEmptyCall:
    case JobType::stopRinging:
      return runTimer(context_, engine_, job, claimed.call ? &claimed.call->call.plain() : nullptr, persist);
  }
  throw StorageCorrupt("a job of a type that does not exist");
}

JobOutcome JobRunner::fail(const RunPolicy& policy, const ClaimedJob& claimed, const std::string& error,
                           const Persistence& persist, std::optional<Call>& after) {
  const Job& job = claimed.job;
  actions::logSafely(context_.logger, LogLevel::warning, "a job failed",
                     {{"job", job.id.value()},
                      {"type", toString(job.type)},
                      {"call", actions::textOf(job.call)},
                      {"attempt", std::to_string(job.attempts)},
                      {"error", error}});
  Settlement settlement{job.id, job.token, Settlement::Kind::fail, {}, error};
  const bool isLast = job.attempts >= maxAttempts(policy, job.type);
  if (!isLast) {
    settlement.kind = Settlement::Kind::retry;
    const double random = static_cast<double>(context_.ids.randomNumber() & 0xFFFFF) / 0x100000;
    settlement.availableAt =
        saturatingAdd(context_.now().storage, retryDelay(policy.jobs, job.attempts, random));
  }
  const Attempt settled = isLast ? giveUp(claimed, settlement, persist) : settle(settlement, persist);
  if (settled.call) after = settled.call;
  const bool lost = settled.kind == Attempt::Kind::lost;
  // After the lease ended, the call may have been torn down during this attempt, which may have made a room
  // nevertheless.
  const bool mayBeLate = lost || job.leasedUntil <= context_.now().storage;
  if (claimed.beginsCreate && mayBeLate) persist([&] { rooms_.reportLateRoom(job.call.value()); });
  if (lost) return JobOutcome::lost;
  return isLast ? JobOutcome::failed : JobOutcome::retry;
}

Attempt JobRunner::giveUp(const ClaimedJob& claimed, const Settlement& failed, const Persistence& persist) {
  const Job& job = claimed.job;
  Settlement done = failed;
  done.kind = Settlement::Kind::done;
  const bool aboutCall = claimed.call.has_value();
  switch (job.type) {
    case JobType::setupCall:
      if (aboutCall) {
        Attempt result = rooms_.giveUpSetup(claimed, failed, persist);
        // The call ended meanwhile: its teardown destroys anything that this attempt left behind.
        return result.kind == Attempt::Kind::notNeeded ? settle(done, persist) : result;
      }
      break;
    case JobType::teardownCall:
      if (aboutCall) return rooms_.giveUpTeardown(claimed, failed, persist);
      break;
    case JobType::checkCallsActivity:
    case JobType::endCalls:
    case JobType::warnOfEnd:
    case JobType::endOverdueCall:
    case JobType::endLoneCall:
    case JobType::endEmptyCall:
    case JobType::removeFromRoom:
    case JobType::stopRinging:
      break;
  }
  Attempt result = settle(failed, persist);
  if (result.kind == Attempt::Kind::done) {
    context_.delivery.deliverUnordered(
        {Event{JobFailed{job.id, job.type, job.call, job.attempts, failed.error}}});
  }
  return result;
}

int JobRunner::maxAttempts(const RunPolicy& policy, JobType type) const {
  const bool synchronous = !context_.config.calling.subscriber.queued;
  return synchronous && type == JobType::setupCall ? 1 : policy.jobs.maxAttempts;
}

}  // namespace messenger::jobs
