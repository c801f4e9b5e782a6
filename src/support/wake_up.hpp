#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "support/deadline.hpp"
#include "support/mutex.hpp"

namespace messenger::inline v0::support {

/// Lets OS threads wait for news since they last looked, so that they miss nothing that happens between
/// looking and waiting. Thread-safe.
class WakeUp {
 public:
  /// A file descriptor that is readable when there is news, for who waits for something else too. Must not
  /// outlive the WakeUp.
  class Bell {
   public:
    /// Throws std::system_error when there are no more descriptors.
    explicit Bell(WakeUp& news);
    ~Bell();
    Bell(const Bell&) = delete;
    Bell& operator=(const Bell&) = delete;

    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
    /// Not readable from here on until there is news: what came before is seen by the version.
    void silence() noexcept;

   private:
    WakeUp& news_;
    const int descriptor_;
  };

  /// Hears of all news on the OS thread that announces them, with no lock held: also once more while it is
  /// being destroyed on another one. Must not outlive the WakeUp, nor throw.
  class Listener {
   public:
    Listener(WakeUp& news, std::function<void()> heard);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

   private:
    WakeUp& news_;
    const std::shared_ptr<const std::function<void()>> heard_;
  };

  /// What a waiter remembers before it looks.
  [[nodiscard]] std::uint64_t version() MESSENGER_EXCLUDES(mutex_) {
    const Lock lock(mutex_);
    return version_;
  }

  /// Announces news: all waiters look again.
  void notify() MESSENGER_EXCLUDES(mutex_) {
    Heard heard;
    {
      const Lock lock(mutex_);
      ++version_;
      for (const int each : bells_) ring(each);
      heard = listeners_;
    }
    changed_.notify_all();
    for (const auto& each : heard) (*each)();
  }

  /// Waits until there is something newer than `seen`.
  void wait(std::uint64_t seen) MESSENGER_NO_THREAD_SAFETY_ANALYSIS {
    Lock lock(mutex_);
    changed_.wait(lock.native(), [&]() MESSENGER_NO_THREAD_SAFETY_ANALYSIS { return version_ != seen; });
  }

  /// The same, at most this long.
  void waitFor(std::uint64_t seen, std::chrono::milliseconds atMost) MESSENGER_NO_THREAD_SAFETY_ANALYSIS {
    Lock lock(mutex_);
    changed_.wait_until(lock.native(), deadlineIn(atMost),
                        [&]() MESSENGER_NO_THREAD_SAFETY_ANALYSIS { return version_ != seen; });
  }

 private:
  using Heard = std::vector<std::shared_ptr<const std::function<void()>>>;

  static void ring(int descriptor) noexcept;

  Mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t version_ MESSENGER_GUARDED_BY(mutex_) = 0;
  std::vector<int> bells_ MESSENGER_GUARDED_BY(mutex_);
  Heard listeners_ MESSENGER_GUARDED_BY(mutex_);
};

}  // namespace messenger::support
