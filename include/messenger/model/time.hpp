#pragma once

#include <chrono>
#include <ratio>

namespace messenger::inline v0 {

/// The library's unit of time.
using Duration = std::chrono::microseconds;

/// A moment on the wall clock, in UTC, to the microsecond: for people. It is only recorded and shown; no
/// decision depends on it, because an operator or NTP may move it either way.
using TimePoint = std::chrono::sys_time<Duration>;

/// The clock of a storage. All processes that share the storage share this clock; it never goes back,
/// whatever happens to the wall clock. `Storage::timeAt` reads it; its epoch has no meaning.
struct StorageClock {
  using rep = Duration::rep;                                 ///< of a clock's trait
  using period = Duration::period;                           ///< of a clock's trait
  using duration = Duration;                                 ///< of a clock's trait
  using time_point = std::chrono::time_point<StorageClock>;  ///< of a clock's trait
  /// It never goes back.
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
  TimePoint wall;      ///< for people
  SteadyPoint steady;  ///< for everything that is decided
};

// Arithmetic for times of unknown origin, such as a host's settings or the rows of a damaged file: what lies
// beyond the end of a type becomes its end. No duration of more than 64 bits, none of fractions.

/// The same duration in a finer unit, or as much of it as fits.
template <class To, class Rep, class Period>
[[nodiscard]] constexpr To saturated(std::chrono::duration<Rep, Period> duration) noexcept {
  using Factor = std::ratio_divide<Period, typename To::period>;
  static_assert(Factor::den == 1, "not to a coarser unit");
  typename To::rep count{};
  if (!__builtin_mul_overflow(duration.count(), Factor::num, &count)) return To{count};
  return duration.count() < 0 ? To::min() : To::max();
}

/// `moment + by`.
template <class Clock, class Unit, class Rep, class Period>
[[nodiscard]] constexpr std::chrono::time_point<Clock, Unit> saturatingAdd(
    std::chrono::time_point<Clock, Unit> moment, std::chrono::duration<Rep, Period> by) noexcept {
  const auto added = saturated<Unit>(by).count();
  typename Unit::rep sum{};
  if (!__builtin_add_overflow(moment.time_since_epoch().count(), added, &sum)) {
    return std::chrono::time_point<Clock, Unit>{Unit{sum}};
  }
  using Point = std::chrono::time_point<Clock, Unit>;
  return added < 0 ? Point::min() : Point::max();
}

/// `to - from`.
template <class Clock, class Unit>
[[nodiscard]] constexpr Unit saturatingDifference(std::chrono::time_point<Clock, Unit> to,
                                                  std::chrono::time_point<Clock, Unit> from) noexcept {
  typename Unit::rep difference{};
  if (!__builtin_sub_overflow(to.time_since_epoch().count(), from.time_since_epoch().count(), &difference)) {
    return Unit{difference};
  }
  return to < from ? Unit::min() : Unit::max();
}

/// `moment - by`.
template <class Clock, class Unit, class Rep, class Period>
[[nodiscard]] constexpr std::chrono::time_point<Clock, Unit> saturatingSubtract(
    std::chrono::time_point<Clock, Unit> moment, std::chrono::duration<Rep, Period> by) noexcept {
  using Point = std::chrono::time_point<Clock, Unit>;
  return Point{saturatingDifference(moment, Point{saturated<Unit>(by)})};
}

}  // namespace messenger
