#pragma once

#include <chrono>

namespace messenger {

using Duration = std::chrono::microseconds;

/// A moment on the wall clock, in UTC, to the microsecond: for people. Records carry it; nothing is decided
/// by it, as an operator or NTP may move it either way.
using TimePoint = std::chrono::sys_time<Duration>;

/// The clock of a storage: one for all processes that share the storage, and it never goes back, whatever
/// happens to the wall clock. Made by `Storage::timeAt`; its epoch means nothing.
struct StorageClock {
  using rep = Duration::rep;
  using period = Duration::period;
  using duration = Duration;
  using time_point = std::chrono::time_point<StorageClock>;
  // NOLINTNEXTLINE(readability-identifier-naming): every clock's trait has this name
  static constexpr bool is_steady = true;
};

/// A moment on a storage's clock: what every deadline is measured by (availability of a job, leases, last
/// seen, calls down). Does not convert to a TimePoint.
using StorageTime = StorageClock::time_point;

/// A moment on this machine's clock since boot, which never jumps and goes on while the machine sleeps
/// (`CLOCK_BOOTTIME`). The same for all processes on this machine; means nothing on another one.
using SteadyPoint = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

/// One look at both of this machine's clocks.
struct Moment {
  TimePoint wall;
  SteadyPoint steady;
};

}  // namespace messenger
