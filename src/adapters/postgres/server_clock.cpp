#include "adapters/postgres/server_clock.hpp"

#include <algorithm>
#include <ctime>

namespace messenger::postgres {
namespace {

Duration sinceBoot(SteadyPoint moment) {
  return std::chrono::floor<Duration>(moment.time_since_epoch());
}

}  // namespace

SteadyPoint ServerClock::here() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return SteadyPoint{std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec}};
}

StorageTime ServerClock::at(SteadyPoint moment) const noexcept {
  return saturatingAdd(StorageTime{sinceBoot(moment)}, Duration{anchor_.load(std::memory_order_acquire)});
}

std::optional<Duration> ServerClock::begin(const Reading& reading) noexcept {
  const Duration server = reading.server + reading.offset;
  const Duration now = std::max(server, reading.reached);
  anchor_.store((now - sinceBoot(reading.received)).count(), std::memory_order_release);
  if (now - server <= tolerance) return std::nullopt;
  return now - reading.server;
}

std::optional<Duration> ServerClock::follow(const Reading& reading) noexcept {
  const Duration server = reading.server + reading.offset;
  // The server read its clock at some moment between the question and the answer.
  const Duration atLeast = server - sinceBoot(reading.received);
  const Duration atMost = server - sinceBoot(reading.sent);
  const Duration ours{anchor_.load(std::memory_order_acquire)};
  const bool isBehind = atMost + tolerance < ours;
  const bool isAhead = atLeast > ours + tolerance;
  if (isBehind || isAhead) return ours + sinceBoot(reading.received) - reading.server;
  std::int64_t known = ours.count();
  while (known < atLeast.count() &&
         !anchor_.compare_exchange_weak(known, atLeast.count(), std::memory_order_acq_rel)) {
  }
  return std::nullopt;
}

}  // namespace messenger::postgres
