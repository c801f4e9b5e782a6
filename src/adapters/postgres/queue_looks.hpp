#pragma once

#include <chrono>
#include <cstddef>
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
/// than the one before. So when there is much to walk past, the next looks begin where the last one found
/// something, for a time that is in proportion: looks through the whole take about a tenth of a process's
/// time, and are made one at a time.
///
/// What becomes free before that place meanwhile (a lease that ends, a job whose call is free again) is
/// found by the next look through the whole, which comes after `longestPause` at the latest. The server
/// counts what a look walks past; a machine that is busy makes looks slow, and changes nothing. Time is the
/// storage's, as claims go by that. Thread-safe.
class QueueLooks {
 public:
  /// A look through the whole that reads no more entries of the index is followed by another one.
  static constexpr std::size_t fewEntries = 1'000;
  static constexpr std::chrono::seconds longestPause{10};
  /// A job may be stored as much later than the time from which it is available.
  static constexpr std::chrono::seconds longestCommit{1};

  /// Looks for jobs that are available from this time on; StorageTime::min() to look through the whole.
  [[nodiscard]] StorageTime begin(const JobQueue::ClaimRequest& request) MESSENGER_EXCLUDES(mutex_);

  /// How a look went.
  struct Outcome {
    StorageTime found;    ///< since when the job is available that it found; nothing: up to when it looked
    std::size_t entries;  ///< of the index, that it has read
    Duration took;
  };

  /// A look that began there.
  void end(const JobQueue::ClaimRequest& request, StorageTime from, const Outcome& outcome)
      MESSENGER_EXCLUDES(mutex_);

 private:
  struct Long {
    std::string queue;
    JobClass leastUrgent;
    StorageTime from = StorageTime::min();
    StorageTime wholeAgain = StorageTime::min();
  };

  [[nodiscard]] std::vector<Long>::iterator find(const JobQueue::ClaimRequest& request)
      MESSENGER_REQUIRES(mutex_);

  support::Mutex mutex_;
  std::vector<Long> long_ MESSENGER_GUARDED_BY(mutex_);  ///< one for each queue and class at most
};

}  // namespace messenger::postgres
