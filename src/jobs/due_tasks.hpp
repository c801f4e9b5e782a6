#pragma once

#include <chrono>
#include <functional>

#include "actions/heartbeats.hpp"
#include "support/mutex.hpp"

namespace messenger::inline v0::jobs {

/// Does the due tasks: the write-behind of heartbeats, the activity check, and pruning where it is
/// configured. Used by the Scheduler and `Host::runDueTasks`. Thread-safe; two OS threads at once do not do
/// the same task twice.
class DueTasks {
 public:
  struct Tasks {
    std::function<void()> check;  ///< the activity check
    std::function<bool()> prune;  ///< true: there is more to do
  };

  DueTasks(actions::Context& context, actions::Heartbeats& heartbeats, Tasks tasks);

  /// Does the due tasks; returns the time until the next one is due. Exceptions from a task are logged.
  std::chrono::milliseconds run();

  /// Reports the heartbeats received since the last report.
  void flush();

  /// The same at the end: also ends this process's lease, so that others need not wait for it.
  void flushLast();

 private:
  struct Due {
    bool flush = false;
    bool check = false;
    bool prune = false;
    std::chrono::milliseconds next{};
  };

  Due takeDue(Moment now) MESSENGER_EXCLUDES(mutex_);
  void check() noexcept;
  void prune() noexcept MESSENGER_EXCLUDES(mutex_);
  void report(void (actions::Heartbeats::*how)()) noexcept;

  actions::Context& context_;
  actions::Heartbeats& heartbeats_;
  Tasks tasks_;
  support::Mutex mutex_;
  SteadyPoint nextFlush_ MESSENGER_GUARDED_BY(mutex_);
  SteadyPoint nextCheck_ MESSENGER_GUARDED_BY(mutex_);
  SteadyPoint nextPrune_ MESSENGER_GUARDED_BY(mutex_);  ///< never, when nothing is pruned
};

}  // namespace messenger::jobs
