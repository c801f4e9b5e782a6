#include "messenger/jobs.hpp"

#include "actions/unreadable.hpp"
#include "facade/messenger_impl.hpp"
#include "jobs/worker_impl.hpp"

namespace messenger {

MessengerImpl& Jobs::here() const {
  impl_.home.require();
  return impl_;
}

std::vector<JobRun> Jobs::runPending(std::size_t limit) {
  return here().runner.runPending(here().runner.unattended(), limit);
}

std::vector<JobRun> Jobs::runPending(std::size_t limit, const WorkerOptions& options) {
  jobs::RunPolicy policy = here().runner.unattended();
  jobs::applyOptions(policy, options);
  return here().runner.runPending(policy, limit);
}

Worker Jobs::startWorker(const WorkerOptions& options) {
  return Worker(
      std::make_unique<Worker::Impl>(here().shared_from_this(), here().context, here().runner, options));
}

Result<void> Jobs::dispatch(JobType type, const CallId& call) {
  if (type != JobType::setupCall && type != JobType::teardownCall) {
    return refuse(Reason::invalidInput, "only SetupCall and TeardownCall belong to a call.");
  }
  if (!here().host.findCall(call)) return refuse(Reason::callNotFound);
  const NewJob job = here().newJob(type, call);
  here().add(job);
  if (here().isSynchronous()) here().runner.runJob(job.id);
  return {};
}

std::size_t Jobs::retry(const std::optional<JobId>& job) {
  const std::size_t retried = here().context.storage.jobs().retryFailed(job, here().context.now().storage);
  if (retried > 0) here().jobsStored.notify();
  return retried;
}

std::vector<Job> Jobs::pending(std::int64_t after, std::size_t limit) const {
  return actions::reported(here().context,
                           here().context.storage.jobs().list({/*failed=*/false, after, limit}));
}

std::vector<Job> Jobs::failed(std::int64_t after, std::size_t limit) const {
  return actions::reported(here().context,
                           here().context.storage.jobs().list({/*failed=*/true, after, limit}));
}

JobQueue::Counts Jobs::counts() const {
  return here().context.storage.jobs().counts(here().config.calling.subscriber.channel,
                                              here().context.now().storage);
}

}  // namespace messenger
