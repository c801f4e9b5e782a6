#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "messenger/contracts/call_state.hpp"
#include "messenger/model/job.hpp"

namespace messenger {

/// Durable jobs, claimed with a lease and a fencing token. A job that a change causes is stored with that
/// change (`CallChange::jobs`). A claim ends with `settle` or with a change (`CallChange::settles`).
///
/// Atomic, isolated, durable and thread-safe; fails as CallStore does.
class JobQueue {
 public:
  JobQueue() = default;
  JobQueue(const JobQueue&) = delete;
  JobQueue& operator=(const JobQueue&) = delete;
  virtual ~JobQueue() = default;

  /// Stores a job that does not belong to a change of a call. Throws StorageError when its id is taken.
  virtual void add(const NewJob& job) = 0;

  struct ClaimRequest {
    std::string queue;
    StorageTime now{};
    StorageTime leaseUntil{};
    TimePoint wallNow{};           ///< becomes `updatedAt` of a call whose intent is stored
    std::optional<JobId> job{};    ///< this one only
    std::optional<CallId> call{};  ///< jobs of this call only
    /// Jobs of this class and of more urgent ones only. The order does not change: it is for workers, who ask
    /// for the urgent ones first, and keep OS threads for them. The cost should not depend on how many jobs
    /// of other classes wait.
    JobClass leastUrgent = JobClass::setup;
    /// Off: a claim that was not settled holds also after its lease has ended. Right after an outage of the
    /// storage, whose holders could not renew their leases.
    bool takesOver = true;
  };

  struct ClaimedJob {
    Job job;  ///< `attempts`, `token` and `leasedUntil` as of this claim
    /// The job's call, without participants, with those that ring; empty when there is none.
    std::optional<CallState> call{};
    bool beginsCreate = false;  ///< a SetupCall whose call is active and not set up
  };

  /// Takes the job that is available first (`availableAt`, then order of storing): attempt counted, token
  /// raised, leased. Available: not failed, `availableAt` reached, no lease that still holds (one that ends
  /// now does not), and no other job of the same call with one: two jobs of one call never run at the same
  /// time, however many claim at once; and the job and its call can be read (`Storage`). For a SetupCall
  /// whose call is active and not set up it stores `roomMayExist` in the same step, unless it is set: the
  /// intent before the deed.
  virtual std::optional<ClaimedJob> claim(const ClaimRequest& request) = 0;

  /// Extends a claim. False: the token is no longer the latest.
  virtual bool renew(const JobId& job, std::int64_t token, StorageTime leaseUntil) = 0;

  /// Settles a claim. False: the token is no longer the latest; nothing changed.
  virtual bool settle(const Settlement& settlement) = 0;

  /// Makes failed jobs available at `now` and sets their attempts to zero: the given one, or all. Returns how
  /// many.
  virtual std::size_t retryFailed(const std::optional<JobId>& job, StorageTime now) = 0;

  struct ListQuery {
    bool failed = false;     ///< failed ones, or those that are not
    std::int64_t after = 0;  ///< a `Job::sequence`; 0 for the beginning
    std::size_t limit = 100;
  };

  /// In the order in which they were stored.
  [[nodiscard]] virtual std::vector<Job> list(const ListQuery& query) = 0;

  struct Counts {
    std::size_t waiting = 0;  ///< neither running nor failed
    std::size_t running = 0;  ///< with a valid lease
    std::size_t failed = 0;
    std::optional<StorageTime> nextAt{};  ///< the earliest `availableAt` of the waiting jobs that can be read
    std::size_t unreadable = 0;           ///< of those waiting: available, but `claim` leaves them alone
  };

  [[nodiscard]] virtual Counts counts(const std::string& queue, StorageTime now) = 0;
};

}  // namespace messenger
