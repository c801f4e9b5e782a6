#pragma once

#include <chrono>

namespace messenger {

/// A moment on the wall clock, in UTC, to the microsecond: what records carry.
using TimePoint = std::chrono::sys_time<std::chrono::microseconds>;

/// A moment on a clock that never jumps: what timeouts are measured with. Means nothing in another process.
using SteadyPoint = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

using Duration = std::chrono::microseconds;

/// One look at both clocks.
struct Moment {
  TimePoint wall;
  SteadyPoint steady;
};

}  // namespace messenger
