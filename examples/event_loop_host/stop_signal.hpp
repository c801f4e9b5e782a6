#pragma once

/// Turns SIGINT and SIGTERM into bytes on a pipe, so that a loop that waits in poll() wakes up and handles
/// them outside the signal handler. One for each process.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  /// Readable after the signal.
  [[nodiscard]] int descriptor() const noexcept { return ends_[0]; }

 private:
  int ends_[2] = {-1, -1};
};
