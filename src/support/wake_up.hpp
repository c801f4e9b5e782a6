#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>

#include "support/deadline.hpp"
#include "support/mutex.hpp"

namespace messenger::support {

/// Lets OS threads wait for news since they last looked, so that they miss nothing that happens between
/// looking and waiting. Thread-safe.
class WakeUp {
 public:
  /// What a waiter remembers before it looks.
  [[nodiscard]] std::uint64_t version() EXCLUDES(mutex_) {
    const Lock lock(mutex_);
    return version_;
  }

  /// Announces news: all waiters look again.
  void notify() EXCLUDES(mutex_) {
    {
      const Lock lock(mutex_);
      ++version_;
    }
    changed_.notify_all();
  }

  /// Waits until there is something newer than `seen`.
  void wait(std::uint64_t seen) NO_THREAD_SAFETY_ANALYSIS {
    Lock lock(mutex_);
    changed_.wait(lock.native(), [&]() NO_THREAD_SAFETY_ANALYSIS { return version_ != seen; });
  }

  /// The same, at most this long.
  void waitFor(std::uint64_t seen, std::chrono::milliseconds atMost) NO_THREAD_SAFETY_ANALYSIS {
    Lock lock(mutex_);
    changed_.wait_until(lock.native(), deadlineIn(atMost),
                        [&]() NO_THREAD_SAFETY_ANALYSIS { return version_ != seen; });
  }

 private:
  Mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t version_ GUARDED_BY(mutex_) = 0;
};

}  // namespace messenger::support
