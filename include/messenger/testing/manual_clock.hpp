#pragma once

#include <chrono>
#include <mutex>

#include "messenger/contracts/clock.hpp"
#include "messenger/export.hpp"

namespace messenger::inline v0::testing {

/// A clock that stands still until it is moved. Thread-safe.
class MESSENGER_EXPORT ManualClock final : public Clock {
 public:
  /// The wall clock begins here.
  static constexpr TimePoint defaultStart =
      std::chrono::sys_days{std::chrono::year{2026} / std::chrono::January / 1};

  /// The steady clock does not begin at zero, to reveal code that uses zero as "never".
  static constexpr SteadyPoint defaultSteadyStart{std::chrono::hours{1}};

  /// Both clocks stand still at these times.
  explicit ManualClock(TimePoint start = defaultStart, SteadyPoint steadyStart = defaultSteadyStart) noexcept;

  /// Lets time pass: both clocks move.
  void advance(Duration by);

  /// Moves the wall clock alone, forward or back, as an operator or NTP would. The steady clock does not
  /// move.
  void jump(Duration by);

  [[nodiscard]] Moment now() const noexcept override;

  /// Returns at once. The clock does not move.
  void sleepFor(std::chrono::microseconds time) const override;

 private:
  mutable std::mutex mutex_;
  Moment now_;
};

}  // namespace messenger::testing
