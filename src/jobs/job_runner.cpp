#include "jobs/job_runner.hpp"

#include "actions/log.hpp"
#include "messenger/errors.hpp"
#include "messenger/jobs/retry_policy.hpp"
#include "support/text.hpp"

namespace messenger::jobs {

using actions::FollowUps;
using actions::RoomTry;

JobRunner::JobRunner(actions::Context& context, std::function<VideoDriverFactory()> drivers)
    : context_(context), drivers_(std::move(drivers)) {}

RunPolicy JobRunner::unattended() const {
  const Config& config = context_.config;
  return {config.calling.subscriber.channel, config.jobs, config.jobs.unattendedLease, nullptr, nullptr};
}

std::optional<JobRun> JobRunner::runNext(const RunPolicy& policy) {
  FollowUps followUps(context_);
  return runOne(policy, claimFor(policy), followUps);
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

void JobRunner::runInline(FollowUps& followUps) noexcept {
  if (context_.config.calling.subscriber.queued) return;
  for (auto jobs = followUps.take(); !jobs.empty(); jobs = followUps.take()) runThese(jobs, followUps);
}

void JobRunner::runThese(const std::vector<JobId>& jobs, FollowUps& followUps) noexcept {
  const RunPolicy policy = unattended();
  for (const JobId& job : jobs) {
    try {
      ClaimParams params = claimFor(policy);
      params.job = job;
      const auto run = runOne(policy, params, followUps);
      // What could not be claimed while this one ran (a teardown behind its setup) is run by whoever ran it.
      const bool synchronous = !context_.config.calling.subscriber.queued;
      if (synchronous && run && run->call) runWaitingFor(policy, *run->call, followUps);
    } catch (const std::exception& error) {
      actions::logSafely(context_.logger, LogLevel::error,
                         fmt::format("job {} is left to a worker: {}", job.value(), error.what()));
    } catch (...) {
      actions::logSafely(context_.logger, LogLevel::error,
                         fmt::format("job {} is left to a worker", job.value()));
    }
  }
}

void JobRunner::runWaitingFor(const RunPolicy& policy, const CallId& call, FollowUps& followUps) {
  ClaimParams params = claimFor(policy);
  params.call = call;
  while (runOne(policy, params, followUps)) {
    params = claimFor(policy);
    params.call = call;
  }
}

ClaimParams JobRunner::claimFor(const RunPolicy& policy) const {
  const TimePoint now = context_.clock.now().wall;
  return {policy.queue, now, now + policy.lease, std::nullopt, std::nullopt};
}

std::optional<JobRun> JobRunner::runOne(const RunPolicy& policy, const ClaimParams& params,
                                        FollowUps& followUps) {
  const auto claimed = context_.storage.claimJob(params);
  if (!claimed) return std::nullopt;
  return run(policy, *claimed, followUps);
}

JobRun JobRunner::run(const RunPolicy& policy, const ClaimedJob& claimed, FollowUps& followUps) {
  const Job& job = claimed.job;
  JobRun run{job.id, job.type, job.call, job.attempts, JobOutcome::retry};
  {
    const Leases::Held held(policy.renewedBy, job);
    try {
      run.outcome = attempt(policy, claimed, followUps);
    } catch (const std::exception& error) {
      // The storage failed while settling: the lease runs out, and the job is taken over.
      actions::logSafely(context_.logger, LogLevel::error,
                         fmt::format("{} {} is not settled, its lease will run out: {}", toString(job.type),
                                     job.id.value(), error.what()));
    }
  }
  // A job of the same call may have waited for this one.
  if (job.call) context_.jobsStored.notify();
  if (policy.onRun) {
    try {
      policy.onRun(run);
    } catch (const std::exception& error) {
      actions::logSafely(context_.logger, LogLevel::warning, fmt::format("onRun threw: {}", error.what()));
    } catch (...) {
      actions::logSafely(context_.logger, LogLevel::warning,
                         "onRun threw something that is no std::exception");
    }
  }
  return run;
}

JobOutcome JobRunner::attempt(const RunPolicy& policy, const ClaimedJob& claimed, FollowUps& followUps) {
  const Job& job = claimed.job;
  RoomTry result;
  try {
    if (job.attempts > triesOf(policy, job.type)) {
      return fail(policy, claimed,
                  job.lastError.value_or("every try was cut short: the process ended while it ran"),
                  followUps);
    }
    result = perform(policy, claimed, followUps);
  } catch (const std::exception& error) {
    return fail(policy, claimed, support::presentable(error.what(), std::nullopt), followUps);
  }
  switch (result.kind) {
    case RoomTry::Kind::done:
      return JobOutcome::done;
    case RoomTry::Kind::lost:
      return JobOutcome::lost;
    case RoomTry::Kind::failed:
      return fail(policy, claimed, result.error, followUps);
    case RoomTry::Kind::notNeeded:
      break;
  }
  const Settlement done{job.id, job.token, Settlement::Kind::done, {}, {}};
  return context_.storage.settleJob(done) ? JobOutcome::done : JobOutcome::lost;
}

/// `done` means settled with the change; `notNeeded` leaves settling to the caller.
RoomTry JobRunner::perform(const RunPolicy& policy, const ClaimedJob& claimed, FollowUps& followUps) {
  const Job& job = claimed.job;
  const auto keepGoing = [&](actions::SweepPoint point) {
    const bool queued = context_.config.calling.subscriber.queued;
    if (queued && point == actions::SweepPoint::call) return true;
    // Synchronous: after each call, as the driver may have taken its time.
    runInline(followUps);
    return context_.storage.renewJob(job.id, job.token, context_.clock.now().wall + policy.lease);
  };
  const auto swept = [](bool finished) {
    return RoomTry{finished ? RoomTry::Kind::notNeeded : RoomTry::Kind::lost, {}};
  };
  switch (job.type) {
    case JobType::setupCall:
      return actions::setupRoom(context_, drivers_(), claimed, followUps);
    case JobType::teardownCall:
      return actions::teardownRoom(context_, drivers_(), claimed);
    case JobType::checkCallsActivity:
      return swept(actions::checkActivity(context_, job.cutoff.value_or(0), followUps, keepGoing));
    case JobType::endCalls:
      return swept(actions::endCalls(context_, job.cutoff.value_or(0), followUps, keepGoing));
  }
  throw StorageCorrupt("a job of a type that does not exist");
}

JobOutcome JobRunner::fail(const RunPolicy& policy, const ClaimedJob& claimed, const std::string& error,
                           FollowUps& followUps) {
  const Job& job = claimed.job;
  actions::logSafely(context_.logger, LogLevel::warning,
                     fmt::format("{} of call {} failed, attempt {}: {}", toString(job.type),
                                 job.call ? job.call->value() : "-", job.attempts, error));
  Settlement settlement{job.id, job.token, Settlement::Kind::park, {}, error};
  const bool lastTry = job.attempts >= triesOf(policy, job.type);
  if (!lastTry) {
    settlement.kind = Settlement::Kind::retry;
    const double random = static_cast<double>(context_.ids.randomNumber() & 0xFFFFF) / 0x100000;
    settlement.availableAt = context_.clock.now().wall + retryDelay(policy.jobs, job.attempts, random);
  }
  const bool settled =
      lastTry ? giveUp(claimed, settlement, followUps) : context_.storage.settleJob(settlement);
  // Once the lease was over, the call may have been torn down behind this try, which may have made a room all
  // the same.
  const bool mayBeLate = !settled || job.leasedUntil <= context_.clock.now().wall;
  if (claimed.beginsCreate && mayBeLate) actions::reportLateRoom(context_, claimed, followUps);
  if (!settled) return JobOutcome::lost;
  return lastTry ? JobOutcome::failed : JobOutcome::retry;
}

bool JobRunner::giveUp(const ClaimedJob& claimed, const Settlement& parked, FollowUps& followUps) {
  const Job& job = claimed.job;
  switch (job.type) {
    case JobType::setupCall:
      return actions::giveUpSetup(context_, claimed, parked, followUps);
    case JobType::teardownCall:
      return actions::giveUpTeardown(context_, claimed, parked);
    case JobType::checkCallsActivity:
    case JobType::endCalls:
      break;
  }
  if (!context_.storage.settleJob(parked)) return false;
  context_.delivery.deliverUnordered(
      {Event{JobFailed{job.id, job.type, job.call, job.attempts, parked.error}}});
  return true;
}

int JobRunner::triesOf(const RunPolicy& policy, JobType type) const {
  const bool synchronous = !context_.config.calling.subscriber.queued;
  return synchronous && type == JobType::setupCall ? 1 : policy.jobs.tries;
}

}  // namespace messenger::jobs
