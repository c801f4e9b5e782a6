#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "messenger/contracts/call_state.hpp"
#include "messenger/export.hpp"
#include "messenger/model/job.hpp"

namespace messenger::inline v0 {

/// Durable jobs, claimed with a lease and a fencing token. A job that a change causes is stored with that
/// change (`CallChange::jobs`). A claim ends with `settle` or with a change (`CallChange::settles`).
///
/// Atomic, isolated, durable and thread-safe; fails as CallStore does.
class MESSENGER_EXPORT JobQueue {
 public:
  JobQueue() = default;
  JobQueue(const JobQueue&) = delete;
  JobQueue& operator=(const JobQueue&) = delete;
  virtual ~JobQueue() = default;

  /// Stores a job that does not belong to a change of a call. Throws StorageError when its id is taken.
  virtual void add(const NewJob& job) = 0;

  /// Which job to claim.
  struct ClaimRequest {
    std::string queue;             ///< only jobs of this queue
    StorageTime now{};             ///< the storage's time of the claim
    StorageTime leaseUntil{};      ///< how long the claim holds unless it is renewed
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

  /// A claimed job, and what its run needs.
  struct ClaimedJob {
    Job job;  ///< `attempts`, `token` and `leasedUntil` as of this claim
    /// The job's call, without participants, with those that ring; empty when there is none.
    std::optional<CallState> call{};
    bool beginsCreate = false;  ///< a SetupCall whose call is active and not set up
  };

  /// Takes the job that is available first (`availableAt`, then order of storing): attempt counted, token
  /// raised, leased. Available: not failed, `availableAt` reached, no lease that still holds (one that ends
  /// now does not), and no other job of the same call with one: two jobs of one call never run at the same
  /// time, however many claim at once; and the job and its call can be read (`Storage`). Claims of other jobs
  /// of the call, whose leases have ended, are lost with it: the jobs are as available as before, and `renew`
  /// and `settle` refuse, or else their holders and this one would work at the same time. For a SetupCall
  /// whose call is active and not set up it stores `roomMayExist` in the same step, unless it is set: the
  /// intent before the deed. A job that is free again, but not a new one, may be found up to 10 s later.
  virtual std::optional<ClaimedJob> claim(const ClaimRequest& request) = 0;

  /// Extends a claim, also one whose lease has ended. False: the job is settled, or the claim is lost.
  virtual bool renew(const JobId& job, std::int64_t token, StorageTime leaseUntil) = 0;

  /// Settles a claim, also one whose lease has ended. False: as for `renew`; nothing changed.
  virtual bool settle(const Settlement& settlement) = 0;

  /// Makes failed jobs available at `now` and sets their attempts to zero: the given one, or all. Returns how
  /// many.
  virtual std::size_t retryFailed(const std::optional<JobId>& job, StorageTime now) = 0;

  /// A page of jobs.
  struct ListQuery {
    bool failed = false;      ///< failed ones, or those that are not
    std::int64_t after = 0;   ///< a `Job::sequence`; 0 for the beginning
    std::size_t limit = 100;  ///< at most so many
  };

  /// In the order in which they were stored.
  [[nodiscard]] virtual std::vector<Job> list(const ListQuery& query) = 0;

  /// The counts of one queue at a time.
  [[nodiscard]] virtual JobCounts counts(const std::string& queue, StorageTime now) = 0;

  /// How many jobs of one type there are.
  struct TypeCounts {
    JobType type = JobType::setupCall;       ///< theirs
    std::size_t scheduled = 0;               ///< neither running nor failed, and not due
    std::size_t due = 0;                     ///< neither running nor failed, and `availableAt` is reached
    std::size_t running = 0;                 ///< with a valid lease
    std::size_t failed = 0;                  ///< out of attempts, kept for an operator
    std::optional<StorageTime> oldestDue{};  ///< the earliest `availableAt` of those that are due
  };

  /// The counts of one queue by type, in no particular order; without types that have no job, and those that
  /// this version does not know.
  [[nodiscard]] virtual std::vector<TypeCounts> countsByType(const std::string& queue, StorageTime now) = 0;

  /// Where others store jobs: how a worker hears of them. Used by one OS thread at a time.
  class MESSENGER_EXPORT Waiter {
   public:
    Waiter() = default;
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    virtual ~Waiter() = default;

    /// Waits until a job was stored by any process since the last call, or may have been, such as before the
    /// first call or while the connection was lost; but returns at `deadline`, and as soon as the file
    /// descriptor `wake` is readable, which it leaves as it is. It may return early; it need not tell of
    /// every job, as workers also look from time to time (`Config::Jobs::pollInterval`). Tries again by
    /// itself what failed.
    virtual void wait(std::chrono::steady_clock::time_point deadline, int wake) noexcept = 0;
  };

  /// For a worker, which keeps it while it runs, no longer than the storage. Null when the storage cannot
  /// tell: then the worker looks from time to time only. Must not block.
  [[nodiscard]] virtual std::unique_ptr<Waiter> makeWaiter() { return nullptr; }
};

}  // namespace messenger
