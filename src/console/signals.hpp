#pragma once

#include <chrono>

#include <signal.h>

#include "messenger/console/console.hpp"

namespace messenger::console {

/// Takes over SIGINT and SIGTERM for its lifetime when the options ask for it: the first sets a flag and says
/// on standard error that work is being finished, the second ends the process at once with 128 + its number.
/// Also asks the host's own `stopRequested`. Confined.
class StopWatch {
 public:
  explicit StopWatch(const ConsoleOptions& options);
  StopWatch(const StopWatch&) = delete;
  StopWatch& operator=(const StopWatch&) = delete;
  ~StopWatch();

  [[nodiscard]] bool stopped() const;

  /// Waits until a stop is asked for, or the time is up. Returns `stopped()`.
  bool waitFor(std::chrono::milliseconds atMost) const;

 private:
  const ConsoleOptions& options_;
};

/// While it lives, this thread and those it starts take no SIGINT and no SIGTERM. For starting workers: the
/// signals stay with the thread that waits for them, and never interrupt a driver.
class SignalsHeldBack {
 public:
  SignalsHeldBack();
  SignalsHeldBack(const SignalsHeldBack&) = delete;
  SignalsHeldBack& operator=(const SignalsHeldBack&) = delete;
  ~SignalsHeldBack();

 private:
  sigset_t former_{};
};

}  // namespace messenger::console
