#include "jobs/worker_steps.hpp"

#include <utility>

#include "actions/log.hpp"
#include "support/thrown.hpp"

namespace messenger::jobs {

WorkerSteps::WorkerSteps(actions::Context& context, JobRunner& runner, const WorkerOptions& options,
                         Persistence::Pause pause)
    : context_(context),
      runner_(runner),
      places_(options.threads, context.jobsStored),
      policy_(runner.unattended()) {
  policy_.lease = context.config.jobs.lease;
  policy_.renewedBy = &leases_;
  policy_.patience = context.config.jobs.lease;
  policy_.pause = std::move(pause);
  applyOptions(policy_, options);
}

WorkerSteps::Ran WorkerSteps::runJob(const std::function<void()>& onClaimed) noexcept {
  try {
    Places::Held place(places_);
    const auto ran = runner_.runMostUrgent(policy_, place.leastUrgent(), [&](const Job& job) {
      place.keepFor(classOf(job.type));
      onClaimed();
    });
    if (ran) return Ran::aJob;
    return place.leastUrgent() == JobClass::setup ? Ran::foundNothing : Ran::foundNothingUrgent;
  } catch (...) {
    actions::logSafely(context_.logger, LogLevel::error,
                       fmt::format("claiming a job failed: {}", support::whatWasThrown()));
    return Ran::failed;
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
