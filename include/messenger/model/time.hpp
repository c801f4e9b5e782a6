#pragma once

#include <chrono>

namespace messenger {

using Duration = std::chrono::microseconds;

/// A moment on the wall clock, in UTC, to the microsecond: for people. It is only recorded and shown; no
/// decision depends on it, because an operator or NTP may move it either way.
using TimePoint = std::chrono::sys_time<Duration>;

/// The clock of a storage. All processes that share the storage share this clock; it never goes back,
/// whatever happens to the wall clock. `Storage::timeAt` reads it; its epoch has no meaning.
struct StorageClock {
  using rep = Duration::rep;
  using period = Duration::period;
  using duration = Duration;
  using time_point = std::chrono::time_point<StorageClock>;
  // NOLINTNEXTLINE(readability-identifier-naming): every clock's trait has this name
  static constexpr bool is_steady = true;
};

/// A moment on a storage's clock. Every deadline uses it (availability of a job, leases, last seen, calls
/// down). Does not convert to a TimePoint.
using StorageTime = StorageClock::time_point;

/// A moment on this machine's clock since boot, which never jumps and continues while the machine sleeps
/// (`CLOCK_BOOTTIME`). The same for all processes on this machine; has no meaning on another machine.
using SteadyPoint = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

/// Both of this machine's clocks, read together.
struct Moment {
  TimePoint wall;
  SteadyPoint steady;
};

}  // namespace messenger
