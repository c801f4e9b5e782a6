#include "messenger/testing/manual_clock.hpp"

namespace messenger::inline v0::testing {

ManualClock::ManualClock(TimePoint start, SteadyPoint steadyStart) noexcept : now_{start, steadyStart} {}

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

void ManualClock::sleepFor(std::chrono::microseconds /*time*/) const {}

}  // namespace messenger::testing
