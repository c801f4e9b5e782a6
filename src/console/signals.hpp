#pragma once

#include <chrono>

#include <signal.h>

#include "messenger/console/console.hpp"

namespace messenger::inline v0::console {

/// Takes over SIGINT and SIGTERM for its lifetime when the options ask for it: the first one sets a flag and
/// prints on standard error that the current work is being finished, the second one ends the process at once
/// with 128 + its number. Also checks `ConsoleOptions::stopRequested`. Confined.
class StopWatch {
 public:
  explicit StopWatch(const ConsoleOptions& options);
  StopWatch(const StopWatch&) = delete;
  StopWatch& operator=(const StopWatch&) = delete;
  ~StopWatch();

  [[nodiscard]] bool stopped() const;

  /// Whether a signal came, which is said before anything else happens. Thread-safe.
  [[nodiscard]] bool interrupted() const noexcept;

  /// Waits until a stop is requested or the time is over. Returns `stopped()`.
  bool waitFor(std::chrono::milliseconds atMost) const;

 private:
  const ConsoleOptions& options_;
};

/// While it exists, this OS thread and those it starts block SIGINT and SIGTERM. Used while starting workers,
/// so that signals go to the OS thread that waits for them and never interrupt a driver.
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
