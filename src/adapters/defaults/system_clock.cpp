#include <ctime>

#include <chrono>

#include "messenger/adapters/defaults.hpp"

namespace messenger::inline v0 {
namespace {

/// The clock since boot: unlike `std::chrono::steady_clock` it continues while the machine sleeps.
SteadyPoint sinceBoot() noexcept {
#ifdef CLOCK_BOOTTIME
  timespec now{};
  if (::clock_gettime(CLOCK_BOOTTIME, &now) == 0) {
    return SteadyPoint{std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec}};
  }
#endif
  return std::chrono::steady_clock::now();
}

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Moment now() const noexcept override {
    return {std::chrono::floor<Duration>(std::chrono::system_clock::now()), sinceBoot()};
  }
  [[nodiscard]] SteadyPoint steady() const noexcept override { return sinceBoot(); }
};

}  // namespace

std::shared_ptr<Clock> systemClock() {
  return std::make_shared<SystemClock>();
}

}  // namespace messenger
