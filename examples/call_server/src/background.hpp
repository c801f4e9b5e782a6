#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

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
  /// The same without waiting; `stop` waits afterwards.
  void requestStop();
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

/// OS threads for tasks that may wait, and a queue before them. A task that would wait there for too long is
/// refused instead, so a lane that stalls answers everybody within a known time. Thread-safe.
class Lane {
 public:
  using Clock = std::chrono::steady_clock;

  struct Size {
    std::size_t threads = 1;
    std::size_t mostWaiting = 1;            ///< more are refused
    std::chrono::milliseconds patience{1};  ///< how long one may wait in the queue
  };

  enum class Refusal : std::uint8_t { full, late, stopping };

  explicit Lane(const Size& size);
  ~Lane() { stop(); }
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  /// Calls one of the two, once, with no lock held: `task` on one of the OS threads; `refuse` on any.
  /// Neither may throw.
  void run(std::function<void()> task, std::function<void(Refusal)> refuse);

  /// Refuses the tasks that have waited too long by then. Call it periodically.
  void refuseLate(Clock::time_point now);
  /// For those that wait already, too.
  void setPatience(std::chrono::milliseconds patience);

  /// Refuses the waiting tasks and all that come later, and waits for the running ones. A second call does
  /// nothing.
  void stop();

 private:
  struct Waiting {
    std::function<void()> task;
    std::function<void(Refusal)> refuse;
    Clock::time_point since;
  };

  void work();

  const std::size_t mostWaiting_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::chrono::milliseconds patience_;
  std::deque<Waiting> waiting_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace call_server
