#pragma once

#include <chrono>
#include <memory>

#include "messenger/export.hpp"

namespace messenger::inline v0 {

/// One OS thread that does the due tasks: the activity check every `Config::presence.checkInterval`, the
/// write-behind of heartbeats every `Config::presence.writeBehind`, and pruning where `Config::retention`
/// asks for it. Made by `Host::startScheduler`; move-only. A host with its own loop calls `Messenger::poll`
/// or `Host::runDueTasks` instead.
///
/// Destroying it stops it. An exception from a task is logged, and the task runs again when it is next due.
class [[nodiscard]] MESSENGER_EXPORT Scheduler {
 public:
  class MESSENGER_NO_EXPORT Impl;

  /// For the library: `Host::startScheduler` returns one. One that was moved from does nothing.
  /// @{
  explicit Scheduler(std::unique_ptr<Impl> impl) noexcept;
  Scheduler(Scheduler&& other) noexcept;
  Scheduler& operator=(Scheduler&& other) noexcept;
  /// @}
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;
  ~Scheduler();

  /// Waits for the running task, reports the heartbeats received since the last report, and ends the OS
  /// thread. A second call does nothing.
  void stop() noexcept;

 private:
  void release() noexcept;

  std::unique_ptr<Impl> impl_;
};

}  // namespace messenger
