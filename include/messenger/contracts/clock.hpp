#pragma once

#include "messenger/model/time.hpp"

namespace messenger {

/// Tells the time. Implementations must be thread-safe, must not block, and must not call back into the
/// library. Shipped: `systemClock()` (adapters/null.hpp), `testing::ManualClock`.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  /// Both clocks, read together. The wall clock may jump; the steady one never goes back.
  [[nodiscard]] virtual Moment now() const noexcept = 0;
};

}  // namespace messenger
