#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace call_server {

/// A thread that does one thing again and again. What it throws must be caught within.
class Periodic {
 public:
  Periodic(std::chrono::milliseconds interval, std::function<void()> work);
  ~Periodic() { stop(); }
  Periodic(const Periodic&) = delete;
  Periodic& operator=(const Periodic&) = delete;

  /// Waits for a round that runs. A second time does nothing.
  void stop();
  /// For a round that takes long: whether it should come to an end.
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

/// A thread for what nobody waits for: best effort. Over `most` that wait, what comes is not taken.
/// Thread-safe.
class Errands {
 public:
  explicit Errands(std::size_t most);
  ~Errands() { stop(); }
  Errands(const Errands&) = delete;
  Errands& operator=(const Errands&) = delete;

  /// False: too many wait, or it was stopped.
  bool run(std::function<void()> errand);
  /// Waits for the one that runs; those that wait are left undone.
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
