#include "messenger/testing/manual_clock.hpp"

messenger::TimePoint aMinuteLater() {
  messenger::testing::ManualClock clock;
  clock.advance(std::chrono::minutes{1});
  return clock.now().wall;
}
