#include "jobs/job_runner.hpp"

#include "actions/log.hpp"
#include "actions/unreadable.hpp"
#include "jobs/sweeps.hpp"
#include "messenger/errors.hpp"
#include "messenger/jobs/retry_policy.hpp"
#include "support/thrown.hpp"

namespace messenger::jobs {

using ClaimedJob = JobQueue::ClaimedJob;

JobRunner::JobRunner(actions::Context& context, actions::Engine& engine,
                     std::function<VideoDriverFactory()> drivers)
    : context_(context), engine_(engine), rooms_(context, engine), drivers_(std::move(drivers)) {}

RunPolicy JobRunner::unattended() const {
  const Config& config = context_.config;
  return {config.calling.subscriber.channel, config.jobs, config.jobs.unattendedLease, nullptr, nullptr};
}

std::optional<JobRun> JobRunner::runNext(const RunPolicy& policy, const std::function<void()>& onClaimed) {
  auto ran = claimAndRun(policy, claimFor(policy), onClaimed);
  if (!ran) return std::nullopt;
  return std::move(ran->run);
}

std::vector<JobRun> JobRunner::runPending(const RunPolicy& policy, std::size_t limit) {
  std::vector<JobRun> runs;
  while (runs.size() < limit) {
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
    leaveToWorker("the jobs of call " + call.value() + " are");
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
    leaveToWorker("job " + job.value() + " is");
  }
}

void JobRunner::leaveToWorker(const std::string& what) noexcept {
  actions::logSafely(context_.logger, LogLevel::error,
                     fmt::format("{} left to a worker: {}", what, support::whatWasThrown()));
}

JobQueue::ClaimRequest JobRunner::claimFor(const RunPolicy& policy) const {
  const rules::Now now = context_.now();
  JobQueue::ClaimRequest request;
  request.queue = policy.queue;
  request.now = now.storage;
  request.leaseUntil = now.storage + policy.lease;
  request.wallNow = now.wall;
  return request;
}

std::optional<JobRunner::Ran> JobRunner::claimAndRun(const RunPolicy& policy,
                                                     const JobQueue::ClaimRequest& request,
                                                     const std::function<void()>& onClaimed) {
  const auto claimed = context_.storage.jobs().claim(request);
  actions::reportUnreadable(context_);
  if (!claimed) return std::nullopt;
  if (onClaimed) onClaimed();
  return run(policy, *claimed);
}

JobRunner::Ran JobRunner::run(const RunPolicy& policy, const ClaimedJob& claimed) {
  const Job& job = claimed.job;
  Ran ran{{job.id, job.type, job.call, job.attempts, JobOutcome::retry}, std::nullopt};
  {
    const Leases::Held held(policy.renewedBy, job);
    try {
      ran.run.outcome = attempt(policy, claimed, ran.call);
    } catch (...) {
      // The storage failed while settling: the lease ends, and the job is taken over.
      actions::logSafely(context_.logger, LogLevel::error,
                         fmt::format("{} {} could not be settled, its lease will end: {}", toString(job.type),
                                     job.id.value(), support::whatWasThrown()));
    }
  }
  // A job of the same call may have waited for this one.
  if (job.call) context_.jobsStored.notify();
  if (policy.onRun) {
    try {
      policy.onRun(ran.run);
    } catch (...) {
      actions::logSafely(context_.logger, LogLevel::warning,
                         fmt::format("onRun threw: {}", support::whatWasThrown()));
    }
  }
  return ran;
}

JobOutcome JobRunner::attempt(const RunPolicy& policy, const ClaimedJob& claimed,
                              std::optional<Call>& after) {
  const Job& job = claimed.job;
  Attempt result;
  try {
    if (job.attempts > maxAttempts(policy, job.type)) {
      return fail(policy, claimed,
                  job.lastError.value_or("every attempt was interrupted: the process ended during it"),
                  after);
    }
    result = perform(policy, claimed);
  } catch (...) {
    result = {Attempt::Kind::failed, support::whatWasThrown(), {}};
  }
  after = result.call;
  if (result.kind == Attempt::Kind::failed) return fail(policy, claimed, result.error, after);
  if (result.kind == Attempt::Kind::notNeeded) {
    result = settle({job.id, job.token, Settlement::Kind::done, {}, {}});
  }
  return result.kind == Attempt::Kind::done ? JobOutcome::done : JobOutcome::lost;
}

Attempt JobRunner::settle(const Settlement& settlement) {
  const bool settled = context_.storage.jobs().settle(settlement);
  return {settled ? Attempt::Kind::done : Attempt::Kind::lost, {}, {}};
}

Attempt JobRunner::perform(const RunPolicy& policy, const ClaimedJob& claimed) {
  const Job& job = claimed.job;
  StorageTime renewedAt = context_.now().storage;
  const auto keepGoing = [&] {
    const StorageTime now = context_.now().storage;
    if (now - renewedAt < policy.lease / 3) return true;
    renewedAt = now;
    return context_.storage.jobs().renew(job.id, job.token, now + policy.lease);
  };
  const auto swept = [](bool finished) {
    return Attempt{finished ? Attempt::Kind::notNeeded : Attempt::Kind::lost, {}, {}};
  };
  switch (job.type) {
    case JobType::setupCall:
      return rooms_.setUp(drivers_(), claimed);
    case JobType::teardownCall:
      return rooms_.tearDown(drivers_(), claimed);
    case JobType::checkCallsActivity:
      return swept(checkActivity(context_, engine_, job.cutoff.value_or(0), keepGoing));
    case JobType::endCalls:
      return swept(endCalls(context_, engine_, job.cutoff.value_or(0), keepGoing));
  }
  throw StorageCorrupt("a job of a type that does not exist");
}

JobOutcome JobRunner::fail(const RunPolicy& policy, const ClaimedJob& claimed, const std::string& error,
                           std::optional<Call>& after) {
  const Job& job = claimed.job;
  actions::logSafely(context_.logger, LogLevel::warning,
                     fmt::format("{} of call {} failed, attempt {}: {}", toString(job.type),
                                 job.call ? job.call->value() : "-", job.attempts, error));
  Settlement settlement{job.id, job.token, Settlement::Kind::fail, {}, error};
  const bool isLast = job.attempts >= maxAttempts(policy, job.type);
  if (!isLast) {
    settlement.kind = Settlement::Kind::retry;
    const double random = static_cast<double>(context_.ids.randomNumber() & 0xFFFFF) / 0x100000;
    settlement.availableAt = context_.now().storage + retryDelay(policy.jobs, job.attempts, random);
  }
  const Attempt settled = isLast ? giveUp(claimed, settlement) : settle(settlement);
  if (settled.call) after = settled.call;
  const bool lost = settled.kind == Attempt::Kind::lost;
  // After the lease ended, the call may have been torn down during this attempt, which may have made a room
  // nevertheless.
  const bool mayBeLate = lost || job.leasedUntil <= context_.now().storage;
  if (claimed.beginsCreate && mayBeLate) rooms_.reportLateRoom(job.call.value());
  if (lost) return JobOutcome::lost;
  return isLast ? JobOutcome::failed : JobOutcome::retry;
}

Attempt JobRunner::giveUp(const ClaimedJob& claimed, const Settlement& failed) {
  const Job& job = claimed.job;
  Settlement done = failed;
  done.kind = Settlement::Kind::done;
  const bool aboutCall = claimed.call.has_value();
  switch (job.type) {
    case JobType::setupCall:
      if (aboutCall) {
        Attempt result = rooms_.giveUpSetup(claimed, failed);
        // The call ended meanwhile: its teardown destroys anything that this attempt left behind.
        return result.kind == Attempt::Kind::notNeeded ? settle(done) : result;
      }
      break;
    case JobType::teardownCall:
      if (aboutCall) return rooms_.giveUpTeardown(claimed, failed);
      break;
    case JobType::checkCallsActivity:
    case JobType::endCalls:
      break;
  }
  Attempt result = settle(failed);
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
