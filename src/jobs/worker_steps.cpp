#include "jobs/worker_steps.hpp"

#include <utility>

#include "actions/log.hpp"
#include "support/thrown.hpp"

namespace messenger::inline v0::jobs {

WorkerSteps::WorkerSteps(actions::Context& context, JobRunner& runner, const WorkerOptions& options,
                         const std::atomic<bool>& stops, Persistence::Pause pause)
    : context_(context),
      runner_(runner),
      places_(options.threads, context.jobsStored),
      policy_(runner.unattended()),
      stops_(stops) {
  policy_.lease = context.config.jobs.lease;
  policy_.renewedBy = &leases_;
  policy_.patience = context.config.jobs.lease;
  policy_.pause = std::move(pause);
  applyOptions(policy_, options);
}

WorkerSteps::Ran WorkerSteps::runJob(const std::function<void()>& onClaimed) noexcept {
  const auto [ran, job] = claimJob();
  if (!job) return ran;
  onClaimed();
  return finish(*job, std::nullopt) ? ran : Ran::failed;
}

std::pair<WorkerSteps::Ran, std::unique_ptr<WorkerJob>> WorkerSteps::claimJob() noexcept {
  try {
    auto job = std::make_unique<WorkerJob>(places_);
    // After it has the place, which a job may have left that was the last one before the stop.
    if (stops_) return {Ran::foundNothing, nullptr};
    const JobClass leastUrgent = job->place.leastUrgent();
    job->claimed = runner_.claimMostUrgent(policy_, leastUrgent);
    if (!job->claimed) {
      return {leastUrgent == JobClass::setup ? Ran::foundNothing : Ran::foundNothingUrgent, nullptr};
    }
    job->held.emplace(&leases_, job->claimed->job);
    job->place.keepFor(classOf(job->claimed->job.type));
    return {Ran::aJob, std::move(job)};
  } catch (...) {
    actions::logSafely(context_.logger, LogLevel::error, "claiming a job failed",
                       {{"queue", policy_.queue}, {"error", support::whatWasThrown()}});
    return {Ran::failed, nullptr};
  }
}

std::optional<BasicResult<Thread, std::string>> WorkerSteps::prepare(const WorkerJob& job) noexcept {
  if (!runner_.asksDriver(policy_, *job.claimed)) return std::nullopt;
  return runner_.rooms().prepare(*job.claimed);
}

void WorkerSteps::ask(AsyncVideoDriver& driver, const Thread& thread, WorkerJob& job,
                      const DriverCompletion& done) noexcept {
  try {
    if (!job.held->isValid(context_.now().storage))
      throw DriverError("the lease ended before the driver was called");
    job.asked = context_.meter.begin();
    RoomJobs::ask(driver, thread, *job.claimed, done);
  } catch (...) {
    done.fail(support::whatWasThrown());
  }
}

bool WorkerSteps::finish(WorkerJob& job, const std::optional<DriverOutcome>& outcome) noexcept {
  try {
    if (outcome && job.asked) {
      context_.meter.observe(Metric::driverOperation, job.answered - *job.asked,
                             driverOperation(job.claimed->job.type), driverResult(outcome->has_value()));
    }
    if (outcome) {
      runner_.conclude(policy_, *job.claimed, *outcome, job.held);
    } else {
      runner_.run(policy_, *job.claimed, job.held);
    }
    return true;
  } catch (...) {
    const Job& ran = job.claimed->job;
    actions::logSafely(context_.logger, LogLevel::error, "running a job failed",
                       {{"job", ran.id.value()},
                        {"type", toString(ran.type)},
                        {"call", actions::textOf(ran.call)},
                        {"error", support::whatWasThrown()}});
    return false;
  }
}

std::chrono::milliseconds WorkerSteps::renewLeases() {
  const std::chrono::milliseconds lease = context_.config.jobs.lease;
  if (leases_.renew(context_, policy_.lease)) return renewalInterval(lease);
  runner_.noticeOutage();
  return repeatedRenewal(lease);
}

std::chrono::milliseconds WorkerSteps::firstRenewal() const {
  return renewalInterval(context_.config.jobs.lease);
}

}  // namespace messenger::jobs
