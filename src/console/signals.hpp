#pragma once

#include <chrono>

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

}  // namespace messenger::console
