#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "messenger/contracts/job_queue.hpp"
#include "messenger/jobs/worker.hpp"
#include "messenger/model/job.hpp"
#include "messenger/result.hpp"

namespace messenger {

class MessengerImpl;  // what stands behind; not for hosts

/// The durable jobs: those that wait, those that failed, and who runs them. Reached by `Messenger::jobs`,
/// lives as long as the Messenger. Thread-safe; fails as Messenger's verbs do.
class Jobs {
 public:
  explicit Jobs(MessengerImpl& impl) noexcept : impl_(impl) {}
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;
  ~Jobs() = default;

  /// Runs available jobs in this OS thread, one after another, until none is available or `limit` have run.
  std::vector<JobRun> runPending(std::size_t limit = 1000);

  /// The same with a worker's options, but in this OS thread: `threads` does not count.
  std::vector<JobRun> runPending(std::size_t limit, const WorkerOptions& options);

  /// Starts OS threads that run jobs. Throws std::invalid_argument for options out of bounds.
  Worker startWorker(const WorkerOptions& options = {});

  /// Jobs that have not failed, and those that have, in the order of storing, behind a `Job::sequence`.
  [[nodiscard]] std::vector<Job> pending(std::int64_t after = 0, std::size_t limit = 100) const;
  [[nodiscard]] std::vector<Job> failed(std::int64_t after = 0, std::size_t limit = 100) const;
  [[nodiscard]] JobQueue::Counts counts() const;

  /// Failed jobs become available again, with all their attempts: the given one, or all. Returns how many.
  std::size_t retry(const std::optional<JobId>& job = std::nullopt);

  /// Stores one more SetupCall or TeardownCall for a call, as an operator may want to, and runs it at once in
  /// synchronous mode. Harmless when not needed. Refuses: callNotFound, invalidInput (another type).
  Result<void> dispatch(JobType type, const CallId& call);

 private:
  MessengerImpl& impl_;
};

}  // namespace messenger
