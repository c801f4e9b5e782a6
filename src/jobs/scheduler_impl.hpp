#pragma once

#include <condition_variable>
#include <memory>
#include <thread>

#include "jobs/due_tasks.hpp"
#include "messenger/jobs/scheduler.hpp"
#include "support/home_process.hpp"
#include "support/mutex.hpp"

namespace messenger::inline v0 {

/// The OS thread of a Scheduler.
class Scheduler::Impl {
 public:
  Impl(std::shared_ptr<const void> owner, jobs::DueTasks& tasks);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void stop() noexcept;

  /// False in a child made by fork(), which does not have the OS thread: nothing but this may be asked there.
  [[nodiscard]] bool isHere() const noexcept { return home_.isHere(); }

 private:
  const support::HomeProcess home_;

  struct Shared {
    std::shared_ptr<const void> owner;
    jobs::DueTasks& tasks;
    support::Mutex mutex;
    std::condition_variable changed;
    bool stopping MESSENGER_GUARDED_BY(mutex) = false;

    void run() MESSENGER_NO_THREAD_SAFETY_ANALYSIS;
  };

  std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace messenger
