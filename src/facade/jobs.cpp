#include "messenger/jobs.hpp"

#include <stdexcept>
#include <utility>

#include "actions/unreadable.hpp"
#include "facade/messenger_impl.hpp"
#include "jobs/async_worker_impl.hpp"
#include "jobs/worker_impl.hpp"

namespace messenger::inline v0 {

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

AsyncWorker Jobs::startAsyncWorker(std::shared_ptr<Loop> loop, std::shared_ptr<Executor> pool,
                                   std::shared_ptr<AsyncVideoDriver> driver) {
  return startAsyncWorker(std::move(loop), std::move(pool), std::move(driver), {});
}

AsyncWorker Jobs::startAsyncWorker(std::shared_ptr<Loop> loop, std::shared_ptr<Executor> pool,
                                   std::shared_ptr<AsyncVideoDriver> driver,
                                   const AsyncWorkerOptions& options) {
  if (!loop || !pool || !driver)
    throw std::invalid_argument("an AsyncWorker needs a loop, a pool and a driver");
  if (here().isSynchronous()) throw std::invalid_argument("an AsyncWorker has no jobs in synchronous mode");
  if (options.atOnce < 1 || options.atOnce > jobs::mostThreads)
    throw std::invalid_argument("AsyncWorkerOptions.atOnce must be 1 to 256");
  auto impl = std::make_shared<AsyncWorker::Impl>(
      here().shared_from_this(), here().context, here().runner, here().dueTasks,
      AsyncWorker::Impl::Host{std::move(loop), std::move(pool), std::move(driver)}, options);
  impl->start();
  return AsyncWorker(std::move(impl));
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

JobCounts Jobs::counts() const {
  return here().context.storage.jobs().counts(here().config.calling.subscriber.channel,
                                              here().context.now().storage);
}

}  // namespace messenger
