#pragma once

#include <chrono>

#include "messenger/export.hpp"
#include "messenger/model/time.hpp"

namespace messenger::inline v0 {

/// Tells the time, and waits. Implementations must be thread-safe, must not block but in `sleepFor`, and must
/// not call back into the library. Shipped: `systemClock()` (adapters/defaults.hpp), `testing::ManualClock`.
class MESSENGER_EXPORT Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  /// Both clocks, read together. The wall clock may jump; the steady one is the machine's clock since boot
  /// (`CLOCK_BOOTTIME`): it never goes back and is the same for all processes on the machine.
  [[nodiscard]] virtual Moment now() const noexcept = 0;

  /// The steady clock alone, which is all that a heartbeat needs. Override it where reading one clock is
  /// cheaper.
  [[nodiscard]] virtual SteadyPoint steady() const noexcept { return now().steady; }

  /// The calling OS thread waits: before it tries again what a storage could not do, or others were quicker
  /// to do. At most a second altogether in a verb. A clock that stands still returns at once.
  virtual void sleepFor(std::chrono::microseconds time) const;
};

}  // namespace messenger
