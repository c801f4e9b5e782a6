#include "messenger/jobs.hpp"

#include "actions/unreadable.hpp"
#include "facade/messenger_impl.hpp"
#include "jobs/worker_impl.hpp"

namespace messenger {

std::vector<JobRun> Jobs::runPending(std::size_t limit) {
  return impl_.runner.runPending(impl_.runner.unattended(), limit);
}

std::vector<JobRun> Jobs::runPending(std::size_t limit, const WorkerOptions& options) {
  jobs::RunPolicy policy = impl_.runner.unattended();
  jobs::applyOptions(policy, options);
  return impl_.runner.runPending(policy, limit);
}

Worker Jobs::startWorker(const WorkerOptions& options) {
  return Worker(
      std::make_unique<Worker::Impl>(impl_.shared_from_this(), impl_.context, impl_.runner, options));
}

Result<void> Jobs::dispatch(JobType type, const CallId& call) {
  if (type != JobType::setupCall && type != JobType::teardownCall) {
    return refuse(Reason::invalidInput, "only SetupCall and TeardownCall belong to a call.");
  }
  if (!impl_.host.findCall(call)) return refuse(Reason::callNotFound);
  const NewJob job = impl_.newJob(type, call);
  impl_.add(job);
  if (impl_.isSynchronous()) static_cast<void>(impl_.runner.runCall(call));
  return {};
}

std::size_t Jobs::retry(const std::optional<JobId>& job) {
  const std::size_t retried = impl_.context.storage.jobs().retryFailed(job, impl_.context.now().storage);
  if (retried > 0) impl_.jobsStored.notify();
  return retried;
}

std::vector<Job> Jobs::pending(std::int64_t after, std::size_t limit) const {
  return actions::reported(impl_.context,
                           impl_.context.storage.jobs().list({/*failed=*/false, after, limit}));
}

std::vector<Job> Jobs::failed(std::int64_t after, std::size_t limit) const {
  return actions::reported(impl_.context, impl_.context.storage.jobs().list({/*failed=*/true, after, limit}));
}

JobQueue::Counts Jobs::counts() const {
  return impl_.context.storage.jobs().counts(impl_.config.calling.subscriber.channel,
                                             impl_.context.now().storage);
}

}  // namespace messenger
