#include <csignal>

#include "tests/console/process.hpp"
#include "tests/janus/live_world.hpp"

namespace messenger::tests {
namespace {

using console::testing::Process;

TEST_CASE("death: killed 50 times between create and record -> no room is left", "[janus][death]") {
  constexpr std::size_t deaths = 50;
  LiveWorld world(deaths, GENERATE(true, false));
  for (std::size_t i = 0; i < deaths; ++i) {
    Process dying(MESSENGER_JANUS_DEATH_HELPER, {world.file, LiveWorld::group(i).value()},
                  {world.server.environment(), 0});
    const int status = dying.wait();
    INFO(dying.err());
    REQUIRE(status == -SIGKILL);
  }
  // Each had made its room, which is not recorded.
  REQUIRE(world.rooms().size() == deaths);
  REQUIRE(world.rooms() == world.roomsOfActive());
  const auto calls = world.messenger->host().activeCalls(0, 1000);
  for (const Call& call : calls) REQUIRE_FALSE(call.setupComplete);

  world.clock->ahead = std::chrono::hours{1};
  for (std::size_t i = 0; i < deaths; i += 2) world.end(calls[i]);  // before anybody has taken over
  world.drain();
  REQUIRE(world.rooms() == world.roomsOfActive());
  REQUIRE(world.rooms().size() == deaths / 2);
  for (const Call& call : world.messenger->host().activeCalls(0, 1000)) {
    REQUIRE(call.setupComplete);  // adopted
    world.end(call);
  }
  world.drain();
  REQUIRE(world.rooms().empty());
  REQUIRE(world.messenger->jobs().failed().empty());
}

}  // namespace
}  // namespace messenger::tests
