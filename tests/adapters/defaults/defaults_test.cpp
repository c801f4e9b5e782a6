#include "messenger/adapters/defaults.hpp"

#include "tests/support/catch.hpp"

namespace messenger {
namespace {

TEST_CASE("system clock: now -> the machine's times", "[adapters][null][unit]") {
  const auto clock = systemClock();
  const auto wallBefore = std::chrono::system_clock::now();
  const auto steadyBefore = std::chrono::steady_clock::now();
  const Moment now = clock->now();
  const auto steadyAfter = std::chrono::steady_clock::now();
  const auto wallAfter = std::chrono::system_clock::now();
  // The wall clock is cut to the microsecond.
  REQUIRE(now.wall >= std::chrono::floor<Duration>(wallBefore));
  REQUIRE(now.wall <= wallAfter);
  REQUIRE(now.steady >= steadyBefore);
  REQUIRE(now.steady <= steadyAfter);
}

TEST_CASE("null adapters: any call -> accepted and nothing done", "[adapters][null][unit]") {
  nullLogger()->log(LogLevel::error, "nobody hears this", {});
  nullBroadcaster()->broadcast({"call.ended", {"messenger.user.1"}, "{}", CallId{"call"}});
  NullVideoDriver driver;
  REQUIRE(driver.create(Thread{}, Call{}));
  REQUIRE(driver.destroy(CallWithRoom{}));
  REQUIRE_FALSE(driver.getRoomId());
  REQUIRE_FALSE(driver.getRoomPin());
  REQUIRE_FALSE(driver.getRoomSecret());
  REQUIRE_FALSE(driver.getExtraPayload());
}

}  // namespace
}  // namespace messenger
