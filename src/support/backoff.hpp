#pragma once

#include <chrono>

namespace messenger::inline v0::support {

/// A random time between the half of it and all of it, so that those who failed together do not try again
/// together.
[[nodiscard]] std::chrono::milliseconds jittered(std::chrono::milliseconds pause);

/// Says when the next connection may be tried after one has failed: after 100 ms at first, then later.
class Backoff {
 public:
  explicit Backoff(std::chrono::milliseconds longest) noexcept : longest_(longest) {}

  [[nodiscard]] bool mayTry() const noexcept { return std::chrono::steady_clock::now() >= next_; }
  [[nodiscard]] std::chrono::steady_clock::time_point next() const noexcept { return next_; }
  void succeeded() noexcept { *this = Backoff(longest_); }
  void failed();

 private:
  std::chrono::milliseconds longest_;
  std::chrono::milliseconds pause_{0};
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace messenger::support
