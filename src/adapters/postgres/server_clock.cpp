#include "adapters/postgres/server_clock.hpp"

#include <algorithm>
#include <ctime>

#include "support/boot_id.hpp"

namespace messenger::inline v0::postgres {
namespace {

Duration sinceBoot(SteadyPoint moment) {
  return std::chrono::floor<Duration>(moment.time_since_epoch());
}

/// Between which the anchor must be, as the server read its clock at some moment between question and answer.
struct Bounds {
  Duration least;
  Duration most;
  [[nodiscard]] bool includes(Duration anchor, Duration tolerance) const noexcept {
    return anchor >= least - tolerance && anchor <= most + tolerance;
  }
};

Bounds boundsOf(const ServerClock::Reading& reading) {
  const Duration server = reading.server + reading.offset;
  return {server - sinceBoot(reading.received), server - sinceBoot(reading.sent)};
}

}  // namespace

SteadyPoint ServerClock::here() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return SteadyPoint{std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec}};
}

std::string ServerClock::machineKey() {
  return "clock_anchor " + support::bootId();
}

StorageTime ServerClock::at(SteadyPoint moment) const noexcept {
  return saturatingAdd(StorageTime{sinceBoot(moment)}, anchor());
}

void ServerClock::raise(Duration anchor) noexcept {
  std::int64_t known = anchor_.load(std::memory_order_acquire);
  while (known < anchor.count() &&
         !anchor_.compare_exchange_weak(known, anchor.count(), std::memory_order_acq_rel)) {
  }
}

void ServerClock::reached(StorageTime time) noexcept {
  const Duration ahead = saturatingDifference(time, at(here()));
  if (ahead > Duration::zero() && ahead <= tolerance) raise(anchor() + ahead);
}

ServerClock::Correction ServerClock::begin(const Reading& reading) noexcept {
  const Bounds bounds = boundsOf(reading);
  const Duration reached = reading.reached - sinceBoot(reading.received);
  if (reached > bounds.most + tolerance) {
    // The server's clock was set back while nobody looked.
    return {.offset = reading.offset + (reached - bounds.least)};
  }
  // One of a container with a clock of its own is no anchor of this process.
  const bool isShared =
      reading.machine && bounds.includes(*reading.machine, tolerance) && *reading.machine >= reached;
  const Duration anchor = isShared ? *reading.machine : std::max(bounds.least, reached);
  anchor_.store(anchor.count(), std::memory_order_release);
  if (isShared) return {};
  return {.machine = anchor};
}

ServerClock::Correction ServerClock::follow(const Reading& reading) noexcept {
  const Bounds bounds = boundsOf(reading);
  if (!bounds.includes(anchor(), tolerance)) {
    return {.offset = reading.offset + (anchor() - bounds.least)};
  }
  if (reading.machine && bounds.includes(*reading.machine, tolerance)) raise(*reading.machine);
  if (bounds.least > anchor() + resolution) {
    raise(bounds.least);
    return {.machine = bounds.least};
  }
  return {};
}

}  // namespace messenger::postgres
