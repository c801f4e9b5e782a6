#include "messenger/contracts/clock.hpp"

#include <thread>

namespace messenger::inline v0 {

void Clock::sleepFor(std::chrono::microseconds time) const {
  std::this_thread::sleep_for(time);
}

}  // namespace messenger
