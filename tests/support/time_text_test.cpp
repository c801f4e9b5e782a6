#include "support/time_text.hpp"

#include "tests/support/catch.hpp"

namespace messenger::inline v0::support {
namespace {

using namespace std::chrono;

TEST_CASE("toText: a time -> ISO 8601 in UTC to the microsecond", "[support][unit]") {
  CHECK(toText(sys_days{2026y / January / 1} + 1s) == "2026-01-01T00:00:01.000000Z");
  CHECK(toText(sys_days{2024y / February / 29} + 23h + 59min + 59s + 999'999us) ==
        "2024-02-29T23:59:59.999999Z");
  CHECK(toText(TimePoint{}) == "1970-01-01T00:00:00.000000Z");
  CHECK(toText(TimePoint{-1us}) == "1969-12-31T23:59:59.999999Z");
}

}  // namespace
TEST_CASE("parseTime: what toText writes, and less of it -> that moment", "[support][unit]") {
  for (const std::int64_t seconds : {0LL, 1LL, 951'782'400LL, 1'767'225'599LL, -86'400LL}) {
    const TimePoint moment{std::chrono::seconds{seconds} + std::chrono::microseconds{123'456}};
    CHECK(support::parseTime(support::toText(moment)) == moment);
  }
  const TimePoint first{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
  CHECK(support::parseTime("2026-01-01T00:00:00Z") == first);
  CHECK(support::parseTime("2026-01-01T00:00:00.5Z") == first + std::chrono::milliseconds{500});
}

TEST_CASE("parseTime: anything else -> nothing", "[support][unit]") {
  for (const char* text :
       {"", "2026", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01 00:00:00Z", "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
        "2026-01-01T00:00:60Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00.1234567Z",
        "2026-01-01T00:00:00ZZ", "+026-01-01T00:00:00Z", "2026-1-01T00:00:00Z", "2026-01-01T00:00:00+00:00",
        "now"}) {
    INFO(text);
    CHECK_FALSE(support::parseTime(text));
  }
}

}  // namespace messenger::support
