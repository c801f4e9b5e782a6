#include "messenger/adapters/defaults.hpp"
#include "messenger/testing/broadcaster_suite.hpp"
#include "messenger/testing/recording_broadcaster.hpp"
#include "tests/adapters/conformance/reports.hpp"

namespace messenger::inline v0::testing {
namespace {

TEST_CASE("recording broadcaster: conformance suite -> passes", "[adapters][conformance]") {
  Reports reports;
  const auto make = [] {
    const auto broadcaster = std::make_shared<RecordingBroadcaster>();
    return BroadcasterUnderTest{broadcaster, [broadcaster] { return broadcaster->all(); }};
  };
  reports.requireAllPassed(broadcasterSuite(make, reports.sink()));
}

TEST_CASE("null broadcaster: conformance suite -> passes", "[adapters][conformance]") {
  Reports reports;
  reports.requireAllPassed(broadcasterSuite(
      [] {
        return BroadcasterUnderTest{nullBroadcaster(), nullptr};
      },
      reports.sink()));
}

}  // namespace
}  // namespace messenger::testing
