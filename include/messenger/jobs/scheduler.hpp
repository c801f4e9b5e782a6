#pragma once

#include <chrono>
#include <memory>

namespace messenger {

/// One thread that does what is due: the activity check every `Config::presence.checkInterval`, the
/// write-behind of heartbeats every `Config::presence.writeBehind`. Made by `Messenger::startScheduler`;
/// move-only. Hosts with a loop of their own call `Messenger::runDueTasks` instead.
///
/// Destroying it is `stop`. What a task throws is logged, and tried again when next due.
class [[nodiscard]] Scheduler {
 public:
  class Impl;

  explicit Scheduler(std::unique_ptr<Impl> impl) noexcept;
  Scheduler(Scheduler&& other) noexcept;
  Scheduler& operator=(Scheduler&& other) noexcept;
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;
  ~Scheduler();

  /// Waits for a task that runs, writes the heartbeats heard since, and ends the thread. A second time does
  /// nothing.
  void stop() noexcept;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace messenger
