#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "messenger/export.hpp"
#include "messenger/jobs/worker.hpp"
#include "messenger/model/job.hpp"
#include "messenger/result.hpp"

namespace messenger::inline v0 {

class AsyncVideoDriver;
class AsyncWorker;
class Executor;
class Loop;
struct AsyncWorkerOptions;

class MessengerImpl;  // the implementation; not for hosts
class SteppedWorker;  // the library's own tests; not for hosts

/// The durable jobs: the pending ones, the failed ones, and the means to run them. Returned by
/// `Messenger::jobs`; lives as long as the Messenger. Thread-safe; fails as the verbs of Messenger do.
class MESSENGER_EXPORT Jobs {
 public:
  /// For the library: `Messenger::jobs` returns one.
  explicit Jobs(MessengerImpl& impl) noexcept : impl_(impl) {}
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;
  ~Jobs() = default;

  /// Runs available jobs in this OS thread, one after another, until none is available or `limit` have run:
  /// in the order in which they became available, so all of them wait for a provider that hangs. A Worker
  /// does not.
  std::vector<JobRun> runPending(std::size_t limit = 1000);

  /// The same with the options of a worker, but on this OS thread: `threads` is ignored, and it ends when
  /// `stopRequested` says so.
  std::vector<JobRun> runPending(std::size_t limit, const WorkerOptions& options);

  /// Starts OS threads that run jobs. Throws std::invalid_argument for options out of bounds.
  Worker startWorker(const WorkerOptions& options = {});

  /// The same for a host on an event loop, which starts no OS thread (messenger/jobs/async_worker.hpp). The
  /// driver is for its jobs alone: who runs jobs otherwise as well, or asks for credentials, needs
  /// `Messenger::setVideoDriver` too. Throws std::invalid_argument for options out of bounds, for null, and
  /// in synchronous mode, where verbs run the jobs.
  /// @{
  AsyncWorker startAsyncWorker(std::shared_ptr<Loop> loop, std::shared_ptr<Executor> pool,
                               std::shared_ptr<AsyncVideoDriver> driver);
  AsyncWorker startAsyncWorker(std::shared_ptr<Loop> loop, std::shared_ptr<Executor> pool,
                               std::shared_ptr<AsyncVideoDriver> driver, const AsyncWorkerOptions& options);
  /// @}

  /// Jobs that have not failed, and jobs that have, in the order in which they were stored, after a
  /// `Job::sequence`.
  [[nodiscard]] std::vector<Job> pending(std::int64_t after = 0, std::size_t limit = 100) const;
  /// The same of those that failed: out of attempts, kept until `retry`.
  [[nodiscard]] std::vector<Job> failed(std::int64_t after = 0, std::size_t limit = 100) const;
  /// How many there are of each state.
  [[nodiscard]] JobCounts counts() const;

  /// Makes failed jobs available again, with all their attempts: the given one, or all. Returns how many.
  std::size_t retry(const std::optional<JobId>& job = std::nullopt);

  /// Stores a further SetupCall or TeardownCall for a call, for an operator, and runs it at once in
  /// synchronous mode. Harmless when it is not needed. Refuses: callNotFound, invalidInput (another type).
  Result<void> dispatch(JobType type, const CallId& call);

 private:
  friend class SteppedWorker;

  [[nodiscard]] MessengerImpl& here() const;

  MessengerImpl& impl_;
};

}  // namespace messenger
