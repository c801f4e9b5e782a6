#pragma once

#include <functional>
#include <semaphore>
#include <thread>

namespace messenger::simulation {

/// Work that can be stopped in the middle and go on later. It has an OS thread of its own, which runs only
/// while somebody waits in `proceed`: of all activities and the scheduler, one runs at a time.
class Activity {
 public:
  /// `work` must not throw.
  explicit Activity(std::function<void()> work)
      : thread_([this, work = std::move(work)] {
          turn_.acquire();
          work();
          finished_ = true;
          back_.release();
        }) {}

  /// REQUIRES: finished.
  ~Activity() { thread_.join(); }

  Activity(const Activity&) = delete;
  Activity& operator=(const Activity&) = delete;

  /// Lets it run until it pauses or ends.
  void proceed() {
    turn_.release();
    back_.acquire();
  }

  /// To be called by the work itself: returns in a later `proceed`.
  void pause() {
    back_.release();
    turn_.acquire();
  }

  [[nodiscard]] bool finished() const noexcept { return finished_; }

 private:
  std::binary_semaphore turn_{0};
  std::binary_semaphore back_{0};
  bool finished_ = false;  // handed over with the semaphores
  std::thread thread_;
};

}  // namespace messenger::simulation
