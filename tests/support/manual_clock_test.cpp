#include "messenger/testing/manual_clock.hpp"

#include "tests/support/catch.hpp"

namespace messenger::inline v0::testing {
namespace {

using std::chrono::seconds;

TEST_CASE("manual clock: not moved -> stands still", "[testing][unit]") {
  ManualClock clock;
  const Moment start = clock.now();
  REQUIRE(start.wall == std::chrono::sys_days{std::chrono::year{2026} / 1 / 1});
  REQUIRE(clock.now().steady == start.steady);

  SECTION("when time passes, both clocks move") {
    clock.advance(seconds{5});
    REQUIRE(clock.now().wall == start.wall + seconds{5});
    REQUIRE(clock.now().steady == start.steady + seconds{5});
  }
  SECTION("when the wall clock is set, the steady one goes on as before") {
    clock.jump(seconds{-3600});
    REQUIRE(clock.now().wall == start.wall - seconds{3600});
    REQUIRE(clock.now().steady == start.steady);
  }
  SECTION("when it is made with a beginning, that is the wall clock's") {
    REQUIRE(ManualClock{TimePoint{seconds{7}}}.now().wall == TimePoint{seconds{7}});
  }
}

}  // namespace
}  // namespace messenger::testing
