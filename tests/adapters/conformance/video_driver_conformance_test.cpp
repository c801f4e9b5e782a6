#include <algorithm>

#include "messenger/adapters/defaults.hpp"
#include "messenger/testing/fake_video_driver.hpp"
#include "messenger/testing/video_driver_suite.hpp"
#include "tests/adapters/conformance/reports.hpp"

namespace messenger::inline v0::testing {
namespace {

TEST_CASE("fake video driver: conformance suite -> passes", "[adapters][conformance]") {
  const auto provider = std::make_shared<FakeVideoProvider>();
  VideoDriverSuiteOptions options;
  options.roomExists = [&](const CallId& call) {
    const auto rooms = provider->rooms();
    return std::find(rooms.begin(), rooms.end(), call) != rooms.end();
  };
  Reports reports;
  reports.requireAllPassed(
      videoDriverSuite([&] { return std::make_unique<FakeVideoDriver>(provider); }, reports.sink(), options));
  REQUIRE(provider->rooms().empty());
}

TEST_CASE("null video driver: conformance suite -> passes", "[adapters][conformance]") {
  Reports reports;
  reports.requireAllPassed(
      videoDriverSuite([] { return std::make_unique<NullVideoDriver>(); }, reports.sink()));
}

}  // namespace
}  // namespace messenger::testing
