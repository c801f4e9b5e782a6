#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "messenger/contracts/job_queue.hpp"

namespace messenger::inline v0::memory {

/// Jobs with their indexes. Confined: the mutex of Tables guards it.
class JobTable {
 public:
  /// Throws StorageError, with nothing changed, when one of these ids is taken or appears twice.
  void requireNew(const std::vector<NewJob>& jobs) const;

  void add(const NewJob& job);

  /// Claims the first available job.
  Job* claim(const JobQueue::ClaimRequest& request);

  /// The job, while it is claimed under this token.
  [[nodiscard]] Job* findClaimed(const JobId& job, std::int64_t token);

  void renew(Job& job, StorageTime leaseUntil) { job.leasedUntil = leaseUntil; }

  /// REQUIRES: findClaimed(settlement.job, settlement.token).
  void settle(const Settlement& settlement);
  void remove(const JobId& job);
  /// Removes the jobs of the call of this type, whether they run or not.
  void cancel(const CallId& call, JobType type);

  std::size_t retryFailed(const std::optional<JobId>& job, StorageTime now);

  [[nodiscard]] bool hasJobOf(const CallId& call) const { return byCall_.count(call) > 0; }
  [[nodiscard]] std::vector<Job> list(const JobQueue::ListQuery& query) const;
  [[nodiscard]] JobCounts counts(const std::string& queue, StorageTime now) const;
  [[nodiscard]] std::vector<JobQueue::TypeCounts> countsByType(const std::string& queue,
                                                               StorageTime now) const;

 private:
  using Order = std::pair<StorageTime, std::int64_t>;  ///< (availableAt, sequence)

  struct Queue {
    /// All that have not failed, including the running ones, by class.
    std::array<std::map<Order, Job*>, 3> live;
    std::map<std::int64_t, Job*>
        runs;  ///< those with a lease, by sequence: at most as many as there are workers
    std::size_t failed = 0;
  };

  [[nodiscard]] static Order orderOf(const Job& job) { return {job.availableAt, job.sequence}; }
  [[nodiscard]] std::map<Order, Job*>& liveOf(const Job& job) {
    return queues_[job.queue].live.at(static_cast<std::size_t>(classOf(job.type)));
  }
  [[nodiscard]] static bool isLeased(const Job& job, StorageTime now);
  [[nodiscard]] bool isAvailable(const Job& job, const JobQueue::ClaimRequest& request) const;
  [[nodiscard]] Job* findAvailable(const JobQueue::ClaimRequest& request);
  void release(Job& job, StorageTime availableAt);
  void fail(Job& job);
  void revive(Job& job, StorageTime now);

  std::unordered_map<JobId, Job> jobs_;
  std::map<std::string, Queue> queues_;
  std::unordered_map<CallId, std::vector<Job*>> byCall_;
  std::map<std::int64_t, Job*> live_;  ///< by sequence
  std::map<std::int64_t, Job*> failed_;
  std::int64_t last_ = 0;
};

}  // namespace messenger::memory
