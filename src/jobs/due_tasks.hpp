#pragma once

#include <chrono>
#include <functional>

#include "actions/heartbeats.hpp"
#include "support/mutex.hpp"

namespace messenger::jobs {

/// Does what is due: the write-behind of heartbeats, the activity check. The one implementation behind the
/// Scheduler and `Messenger::runDueTasks`. Thread-safe; two threads at once do not do the same task twice.
class DueTasks {
 public:
  /// `check` runs the activity check.
  DueTasks(actions::Context& context, actions::Heartbeats& heartbeats, std::function<void()> check);

  /// Does what is due; returns the time until something is due again. What a task throws is logged.
  std::chrono::milliseconds run();

  /// Reports what was seen since the last time.
  void flush();

  /// The same for the end: also gives back this process's lease, so that others need not wait for it.
  void flushLast();

 private:
  struct Due {
    bool flush = false;
    bool check = false;
    Duration window = Duration::zero();
    std::chrono::milliseconds next{};
  };

  Due takeDue(Moment now) EXCLUDES(mutex_);
  void flushNow(void (actions::Heartbeats::*report)(Duration));
  void flushWithin(Duration window, void (actions::Heartbeats::*report)(Duration));

  actions::Context& context_;
  actions::Heartbeats& heartbeats_;
  std::function<void()> check_;
  support::Mutex mutex_;
  SteadyPoint nextFlush_ GUARDED_BY(mutex_);
  SteadyPoint nextCheck_ GUARDED_BY(mutex_);
  SteadyPoint lastFlush_ GUARDED_BY(mutex_);
};

}  // namespace messenger::jobs
