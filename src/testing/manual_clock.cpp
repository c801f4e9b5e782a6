#include "messenger/testing/manual_clock.hpp"

namespace messenger::testing {

// The steady clock does not begin at zero, to reveal code that uses zero as "never".
ManualClock::ManualClock(TimePoint start) noexcept : now_{start, SteadyPoint{std::chrono::hours{1}}} {}

void ManualClock::advance(Duration by) {
  const std::lock_guard lock(mutex_);
  now_.wall = saturatingAdd(now_.wall, by);
  now_.steady = saturatingAdd(now_.steady, by);
}

void ManualClock::jump(Duration by) {
  const std::lock_guard lock(mutex_);
  now_.wall = saturatingAdd(now_.wall, by);
}

Moment ManualClock::now() const noexcept {
  const std::lock_guard lock(mutex_);
  return now_;
}

}  // namespace messenger::testing
