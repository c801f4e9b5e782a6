// The provider lost a room: the call gets a new one, whatever happens meanwhile.
#include "messenger/errors.hpp"
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

using testing::Fault;

TEST_CASE("renewRoom: a lost room -> the call is set up again with an event", "[facade][renew_room]") {
  Fixture world(GENERATE(eitherStorage()));
  const Call call = world.startTeam();
  world.events.clear();
  world.provider->loseRooms();

  REQUIRE(world.messenger->host().renewRoom(call.id).value());
  REQUIRE_FALSE(world.now(call).setupComplete);
  REQUIRE_FALSE(world.messenger->showCall(call.id, member(0)).value().room.has_value());
  REQUIRE(world.messenger->jobs().pending().size() == 1);
  REQUIRE(world.events.all().empty());

  world.messenger->jobs().runPending();
  REQUIRE(world.now(call).setupComplete);
  REQUIRE(world.messenger->showCall(call.id, member(0)).value().room.has_value());
  REQUIRE(world.events.count<CallSetupCompleted>() == 1);
  world.requireSound();

  REQUIRE_OK(world.messenger->host().endCall(call.id));
  world.drain();
  world.requireSound();
  REQUIRE(world.provider->rooms().empty());
}

TEST_CASE("renewRoom: not set up or ended or setup pending -> nothing changes", "[facade][renew_room]") {
  Fixture world(GENERATE(eitherStorage()));
  REQUIRE_REFUSED(world.messenger->host().renewRoom(CallId{"nowhere"}), Reason::callNotFound);
  const Call call = world.start(world.team, member(0));
  REQUIRE_FALSE(world.messenger->host().renewRoom(call.id).value());
  world.messenger->jobs().runPending();
  REQUIRE(world.messenger->host().renewRoom(call.id).value());
  REQUIRE_FALSE(world.messenger->host().renewRoom(call.id).value());
  world.messenger->jobs().runPending();
  REQUIRE_OK(world.messenger->host().endCall(call.id));
  REQUIRE_FALSE(world.messenger->host().renewRoom(call.id).value());
  world.drain();
  world.requireSound();
}

TEST_CASE("renewRoom: synchronous mode -> the room exists when it returns", "[facade][renew_room]") {
  Fixture world(GENERATE(eitherStorage()), Fixture::configured(/*queued=*/false));
  const Call call = world.start(world.team, member(0));
  world.provider->loseRooms();
  REQUIRE(world.messenger->host().renewRoom(call.id).value());
  REQUIRE(world.now(call).setupComplete);
  world.requireSound();
}

TEST_CASE("renewRoom: the call ends before its new setup runs -> torn down", "[facade][renew_room]") {
  Fixture world(GENERATE(eitherStorage()));
  const Call call = world.startTeam();
  const bool roomIsGone = GENERATE(true, false);
  if (roomIsGone) world.provider->loseRooms();
  REQUIRE(world.messenger->host().renewRoom(call.id).value());
  REQUIRE_OK(world.messenger->host().endCall(call.id));
  world.drain();
  world.requireSound();
  REQUIRE(world.provider->rooms().empty());
  REQUIRE(world.events.count<CallTornDown>() == 1);
}

TEST_CASE("renewRoom: the storage fails at any point -> nothing is lost", "[facade][renew_room][crash]") {
  const auto kind = GENERATE(eitherStorage());
  const auto fault = GENERATE(Fault::before, Fault::after);
  bool struck = true;
  for (std::size_t n = 1; struck; ++n) {
    CAPTURE(kind, fault == Fault::after, n);
    Fixture world(kind);
    const Call call = world.startTeam();
    world.provider->loseRooms();
    world.storage->failNth(n, fault);
    bool acknowledged = false;
    try {
      acknowledged = world.messenger->host().renewRoom(call.id).value();
    } catch (const StorageUnavailable&) {  // NOLINT(bugprone-empty-catch): that is the fault
    }
    try {
      world.messenger->jobs().runPending();
    } catch (const StorageUnavailable&) {  // NOLINT(bugprone-empty-catch): that is the fault
    }
    struck = world.storage->struck();
    world.storage->heal();
    world.restart();  // as after a crash
    world.drain();
    // A process that got no answer asks again.
    if (!acknowledged) REQUIRE_OK(world.messenger->host().renewRoom(call.id));
    world.drain();
    world.requireSound();
    REQUIRE_OK(world.messenger->host().endCall(call.id));
    world.drain();
    world.requireSound();
    REQUIRE(world.provider->rooms().empty());
    REQUIRE(n < 50);
  }
}

}  // namespace
}  // namespace messenger::tests
