#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "messenger/contracts/storage.hpp"

namespace messenger::memory {

/// Jobs with their indexes. Confined: the storage's mutex guards it.
class JobTable {
 public:
  /// Throws StorageError when one of these ids is taken, or appears twice: before anything was changed.
  void requireNew(const std::vector<NewJob>& jobs) const;

  void add(const NewJob& job, TimePoint createdAt);
  void addAll(const std::vector<NewJob>& jobs, TimePoint createdAt);

  /// Whether the call has a job of this type that is not parked.
  [[nodiscard]] bool waits(JobType type, const CallId& call) const;

  /// Takes the job that is available first.
  Job* claim(const ClaimParams& params);

  /// The job, while it is claimed under this token.
  [[nodiscard]] Job* findClaimed(const JobId& job, std::int64_t token);

  void renew(Job& job, TimePoint leaseUntil) { job.leasedUntil = leaseUntil; }

  /// REQUIRES: findClaimed(settlement.job, settlement.token).
  void settle(const Settlement& settlement);
  void remove(const JobId& job);

  std::size_t retryParked(const std::optional<JobId>& job, TimePoint now);

  [[nodiscard]] std::vector<Job> list(const JobQuery& query) const;
  [[nodiscard]] JobCounts counts(const std::string& queue, TimePoint now) const;

 private:
  using Order = std::pair<TimePoint, std::int64_t>;  ///< (availableAt, sequence)

  struct Queue {
    std::map<Order, Job*> live;         ///< all that are not parked, those that run too
    std::map<std::int64_t, Job*> runs;  ///< those with a lease, by sequence: as few as there are workers
    std::size_t parked = 0;
  };

  [[nodiscard]] static Order orderOf(const Job& job) { return {job.availableAt, job.sequence}; }
  [[nodiscard]] static bool isLeased(const Job& job, TimePoint now);
  [[nodiscard]] bool isAvailable(const Job& job, TimePoint now) const;
  [[nodiscard]] Job* findAvailable(const ClaimParams& params);
  void release(Job& job, TimePoint availableAt);
  void park(Job& job);
  void unpark(Job& job, TimePoint now);

  std::unordered_map<JobId, Job> jobs_;
  std::map<std::string, Queue> queues_;
  std::unordered_map<CallId, std::vector<Job*>> byCall_;
  std::map<std::int64_t, Job*> live_;  ///< by sequence
  std::map<std::int64_t, Job*> parked_;
  std::int64_t last_ = 0;
};

}  // namespace messenger::memory
