#pragma once

#include <algorithm>
#include <condition_variable>
#include <thread>
#include <vector>

#include "support/mutex.hpp"

namespace messenger::inline v0::events {

/// Guards the runs of one listener: allows them until it is closed, and closing waits for runs on other OS
/// threads. The disconnect of Signals2 does not wait.
class Gate {
 public:
  /// False: closed, do not run.
  [[nodiscard]] bool enter() MESSENGER_EXCLUDES(mutex_) {
    const support::Lock lock(mutex_);
    if (closed_) return false;
    inside_.push_back(std::this_thread::get_id());
    return true;
  }

  void leave() MESSENGER_EXCLUDES(mutex_) {
    {
      const support::Lock lock(mutex_);
      inside_.erase(std::find(inside_.begin(), inside_.end(), std::this_thread::get_id()));
    }
    left_.notify_all();
  }

  /// Allows no further runs, and waits until no other OS thread is inside.
  void close() MESSENGER_NO_THREAD_SAFETY_ANALYSIS {
    support::Lock lock(mutex_);
    closed_ = true;
    left_.wait(lock.native(), [this]() MESSENGER_NO_THREAD_SAFETY_ANALYSIS {
      return std::all_of(inside_.begin(), inside_.end(),
                         [self = std::this_thread::get_id()](std::thread::id id) { return id == self; });
    });
  }

 private:
  support::Mutex mutex_;
  std::condition_variable left_;
  std::vector<std::thread::id> inside_ MESSENGER_GUARDED_BY(mutex_);
  bool closed_ MESSENGER_GUARDED_BY(mutex_) = false;
};

}  // namespace messenger::events
