#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "messenger/export.hpp"

namespace messenger::inline v0 {

/// Where a host has work done: a pool of OS threads, or a loop. `AsioExecutor` and `AsioLoop` are those of
/// Boost.Asio.
class MESSENGER_EXPORT Executor {
 public:
  Executor() = default;
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  virtual ~Executor() = default;

  /// Has `work` done later, never before this returns, and takes no notice of how long it takes. From any OS
  /// thread. What is not done, because nothing runs any more, is destroyed. `work` throws nothing but what a
  /// host's own code in it throws.
  virtual void post(std::function<void()> work) = 0;
};

/// One wait, which may be begun again and again. Used on its loop only.
class MESSENGER_EXPORT Timer {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  /// Ends the wait: its work is not done.
  virtual ~Timer() = default;

  /// Has `work` done on the loop in `delay`, instead of what this timer waits for. The work may destroy or
  /// begin the timer.
  virtual void start(std::chrono::milliseconds delay, std::function<void()> work) = 0;
};

/// The loop of a host: it does what it is given one after another, in the order of `post`.
class MESSENGER_EXPORT Loop : public Executor {
 public:
  /// On the loop.
  [[nodiscard]] virtual std::unique_ptr<Timer> makeTimer() = 0;
};

}  // namespace messenger
