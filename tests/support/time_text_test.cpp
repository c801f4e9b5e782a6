#include "support/time_text.hpp"

#include "tests/support/catch.hpp"

namespace messenger::support {
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
}  // namespace messenger::support
