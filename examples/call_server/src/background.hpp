#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace call_server {

/// An OS thread that repeats one task. The task must not throw.
class Periodic {
 public:
  Periodic(std::chrono::milliseconds interval, std::function<void()> work);
  ~Periodic() { stop(); }
  Periodic(const Periodic&) = delete;
  Periodic& operator=(const Periodic&) = delete;

  /// Waits for the current round. A second call does nothing.
  void stop();
  /// For a long round: whether it should end.
  [[nodiscard]] bool isStopping() const;

 private:
  void run();

  std::chrono::milliseconds interval_;
  std::function<void()> work_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

/// An OS thread for tasks that nobody waits for. When `most` tasks wait, further ones are refused.
/// Thread-safe.
class Errands {
 public:
  explicit Errands(std::size_t most);
  ~Errands() { stop(); }
  Errands(const Errands&) = delete;
  Errands& operator=(const Errands&) = delete;

  /// False: too many tasks wait, or it was stopped.
  bool run(std::function<void()> errand);
  /// Waits for the running task; waiting ones are dropped.
  void stop();

 private:
  void work();

  std::size_t most_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace call_server
