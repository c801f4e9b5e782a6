#pragma once

#include <chrono>
#include <mutex>

#include "messenger/contracts/clock.hpp"

namespace messenger::testing {

/// A clock that stands still until it is moved. Thread-safe.
class ManualClock final : public Clock {
 public:
  static constexpr TimePoint defaultStart =
      std::chrono::sys_days{std::chrono::year{2026} / std::chrono::January / 1};

  /// The steady clock does not begin at zero, to reveal code that uses zero as "never".
  static constexpr SteadyPoint defaultSteadyStart{std::chrono::hours{1}};

  explicit ManualClock(TimePoint start = defaultStart, SteadyPoint steadyStart = defaultSteadyStart) noexcept;

  /// Lets time pass: both clocks move.
  void advance(Duration by);

  /// Moves the wall clock alone, forward or back, as an operator or NTP would. The steady clock does not
  /// move.
  void jump(Duration by);

  [[nodiscard]] Moment now() const noexcept override;

 private:
  mutable std::mutex mutex_;
  Moment now_;
};

}  // namespace messenger::testing
