#include "messenger/adapters/janus/janus_driver.hpp"
#include "messenger/testing/video_driver_suite.hpp"
#include "tests/adapters/conformance/reports.hpp"
#include "tests/janus/janus_server.hpp"

namespace messenger::tests {
namespace {

using janus::IdKind;
using janus::WayIn;

TEST_CASE("JanusDriver: conformance suite with both kinds of ids and both APIs -> passes",
          "[janus][conformance]") {
  const bool stringIds = GENERATE(true, false);
  const auto wayIn = GENERATE(WayIn::adminApi, WayIn::httpApi);
  INFO((stringIds ? "string ids, " : "numeric ids, ")
       << (wayIn == WayIn::adminApi ? "Admin API" : "HTTP API"));
  const JanusServer server({stringIds});
  const janus::VideoRoom room = server.videoRoom(wayIn);
  const janus::JanusDriverSettings settings{Secret{JanusServer::roomKey}};

  testing::VideoDriverSuiteOptions options;
  options.rooms = 16;
  options.roomExists = [&](const CallId& call) {
    const IdKind kind = stringIds ? IdKind::text : IdKind::number;
    return room.exists(janus::roomIdOf(call, settings.roomKey, kind)).value();
  };
  testing::Reports reports;
  reports.requireAllPassed(testing::videoDriverSuite(
      [&] { return std::make_unique<janus::JanusDriver>(room, settings); }, reports.sink(), options));
  REQUIRE(room.list().value().empty());
}

}  // namespace
}  // namespace messenger::tests
