#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "messenger/contracts/job_queue.hpp"
#include "messenger/model/time.hpp"
#include "support/mutex.hpp"

namespace messenger::inline v0::postgres {

/// Where looks through a queue begin.
///
/// A look walks past the rows that are dead and not vacuumed yet, and the jobs that have ended last are the
/// first in its way. While somebody holds a snapshot nothing is vacuumed, and each look would take longer
/// than the one before. So when looks through the whole queue are slow, the next ones begin where the last
/// one found something, for a time that is in proportion: looks through the whole take about a tenth of a
/// process's time, and are made one at a time.
///
/// What becomes free before that place meanwhile (a lease that ends, a job whose call is free again) is
/// found by the next look through the whole, which comes after `longestPause` at the latest. Time is the
/// storage's, as claims go by that; only how long a look takes is measured. Thread-safe.
class QueueLooks {
 public:
  /// A look through the whole that takes no longer than this is followed by another one.
  static constexpr std::chrono::milliseconds quick{5};
  /// Some may be slow for another reason, such as a new connection, which plans each statement once.
  static constexpr int slowInTurn = 10;
  static constexpr std::chrono::seconds longestPause{10};
  /// A job may be stored as much later than the time from which it is available.
  static constexpr std::chrono::seconds longestCommit{1};

  /// Looks for jobs that are available from this time on; StorageTime::min() to look through the whole.
  [[nodiscard]] StorageTime begin(const JobQueue::ClaimRequest& request) MESSENGER_EXCLUDES(mutex_);

  /// A look that began there, `found` a job that is available since then, or nothing up to then.
  void end(const JobQueue::ClaimRequest& request, StorageTime from, StorageTime found, Duration took)
      MESSENGER_EXCLUDES(mutex_);

 private:
  struct Slow {
    std::string queue;
    JobClass leastUrgent;
    int inTurn = 0;
    StorageTime from = StorageTime::min();
    StorageTime wholeAgain = StorageTime::min();
  };

  [[nodiscard]] std::vector<Slow>::iterator find(const JobQueue::ClaimRequest& request)
      MESSENGER_REQUIRES(mutex_);

  support::Mutex mutex_;
  std::vector<Slow> slow_ MESSENGER_GUARDED_BY(mutex_);  ///< one for each queue and class at most
};

}  // namespace messenger::postgres
