#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

#include "messenger/model/job.hpp"
#include "support/mutex.hpp"
#include "support/wake_up.hpp"

namespace messenger::inline v0::jobs {

/// Which jobs the OS threads of a worker may run at the same time, so that a provider that hangs cannot keep
/// them all. As many ask the provider as `WorkerOptions::threads` says. Of those a quarter, at least one, is
/// kept from setups, unless there is only one. One OS thread more is kept for sweeps, which ask no provider.
/// Thread-safe.
class Places {
 public:
  /// `freed` is notified when those who found only restricted places may find better ones.
  Places(std::size_t threads, support::WakeUp& freed)
      : mostSetups_(threads == 1 ? 1 : threads - std::max<std::size_t>(1, threads / 4)),
        mostAtProvider_(threads),
        freed_(freed) {}

  /// How many OS threads share the places.
  [[nodiscard]] static constexpr std::size_t osThreads(std::size_t threads) noexcept { return threads + 1; }

  /// The place of an OS thread, from before it looks for a job until that job is over.
  class Held {
   public:
    explicit Held(Places& places) : places_(places), leastUrgent_(places.take()) {}
    ~Held() { places_.leave(leastUrgent_); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

    /// The least urgent job that it may run.
    [[nodiscard]] JobClass leastUrgent() const noexcept { return leastUrgent_; }

    /// It runs a job of this class, which it may: what a less urgent one would have needed is free.
    void keepFor(JobClass found) { places_.exchange(std::exchange(leastUrgent_, found), found); }

   private:
    Places& places_;
    JobClass leastUrgent_;
  };

 private:
  [[nodiscard]] JobClass take() MESSENGER_EXCLUDES(mutex_) {
    const support::Lock lock(mutex_);
    JobClass best = JobClass::setup;
    if (atProvider_ >= mostAtProvider_) {
      best = JobClass::sweep;
    } else if (setups_ >= mostSetups_) {
      best = JobClass::teardown;
    }
    restricted_ = restricted_ || best != JobClass::setup;
    enter(best);
    return best;
  }

  /// Nobody else needs to look: who ran a job looks again at once, from a place that is as good; and where
  /// nothing was found, whoever was restricted meanwhile would have found no more.
  void leave(JobClass held) MESSENGER_EXCLUDES(mutex_) {
    const support::Lock lock(mutex_);
    exit(held);
  }

  void exchange(JobClass held, JobClass wanted) MESSENGER_EXCLUDES(mutex_) {
    bool announce = false;
    {
      const support::Lock lock(mutex_);
      exit(held);
      enter(wanted);
      if (held != wanted) announce = std::exchange(restricted_, false);
    }
    if (announce) freed_.notify();
  }

  void enter(JobClass held) MESSENGER_REQUIRES(mutex_) {
    if (held == JobClass::setup) ++setups_;
    if (held != JobClass::sweep) ++atProvider_;
  }

  void exit(JobClass held) MESSENGER_REQUIRES(mutex_) {
    if (held == JobClass::setup) --setups_;
    if (held != JobClass::sweep) --atProvider_;
  }

  const std::size_t mostSetups_;
  const std::size_t mostAtProvider_;
  support::WakeUp& freed_;

  support::Mutex mutex_;
  std::size_t setups_ MESSENGER_GUARDED_BY(mutex_) = 0;
  std::size_t atProvider_ MESSENGER_GUARDED_BY(mutex_) = 0;
  bool restricted_ MESSENGER_GUARDED_BY(mutex_) = false;  ///< since `freed` was notified
};

}  // namespace messenger::jobs
