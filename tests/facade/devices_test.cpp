// A user in a call with several devices: in it while one of them is.
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

const DeviceId phone{"phone"};
const DeviceId laptop{"laptop"};

/// Lets time pass in steps; whoever is in `alive` sends heartbeats.
void pass(Fixture& world, const Call& call, milliseconds time, const std::vector<SessionKey>& alive) {
  for (milliseconds passed{0}; passed < time; passed += seconds{15}) {
    world.clock->advance(seconds{15});
    for (const SessionKey& each : alive)
      REQUIRE_OK(world.messenger->heartbeat(call.id, each.user, each.device));
  }
}

std::vector<DeviceId> openDevices(const Fixture& world, const UserId& user) {
  std::vector<DeviceId> devices;
  for (const auto& each : world.stored()) {
    if (each.who.user == user) devices.push_back(each.who.device);
  }
  std::sort(devices.begin(), devices.end());
  return devices;
}

Config replacing() {
  Config config = Fixture::configured();
  config.sessions.newDeviceReplaces = true;
  return config;
}

/// From now on heartbeats are acknowledged from memory.
Call startWithLease(Fixture& world) {
  const Call call = world.startTeam();
  world.messenger->host().flushPresence();
  REQUIRE(world.messenger->tryHeartbeat(call.id, member(0)));
  return call;
}

StorageKind eitherKind() {
  return GENERATE(StorageKind::memory, StorageKind::sqlite);
}

}  // namespace

TEST_CASE("devices: a second one joins and one leaves -> the user stays in the call", "[facade][devices]") {
  Fixture world(eitherKind());
  const Call call = world.startTeam();
  REQUIRE_OK(world.messenger->joinCall(call.id, member(1), phone));
  world.events.clear();
  world.broadcaster->clear();
  const auto joined = world.messenger->joinCall(call.id, member(1), laptop);
  REQUIRE_OK(joined);
  CHECK_FALSE(joined->first);
  CHECK(world.events.count<CallJoined>() == 0);
  REQUIRE(world.events.count<DeviceJoined>() == 1);
  CHECK(world.events.of<DeviceJoined>().front().device == laptop);
  REQUIRE(world.broadcaster->named("device.joined").size() == 1);
  const Broadcast pushed = world.broadcaster->named("device.joined").front();
  CHECK(pushed.channels == std::vector<std::string>{"messenger.user.u1"});
  CHECK(pushed.payload.find("\"device_id\":\"laptop\"") != std::string::npos);

  REQUIRE_OK(world.messenger->leaveCall(call.id, member(1), phone));
  CHECK(world.isIn(call, member(1)));
  CHECK(world.events.count<CallLeft>() == 0);
  REQUIRE(world.events.count<DeviceLeft>() == 1);
  CHECK(world.events.of<DeviceLeft>().front().device == phone);
  CHECK(world.events.of<DeviceLeft>().front().why == DeviceLeft::Why::left);
  REQUIRE(world.broadcaster->named("device.left").size() == 1);
  const std::string gone = world.broadcaster->named("device.left").front().payload;
  CHECK(gone.find("\"device_id\":\"phone\",\"reason\":\"left\"") != std::string::npos);
  CHECK(openDevices(world, member(1)) == std::vector<DeviceId>{laptop});
  REQUIRE_REFUSED(world.messenger->heartbeat(call.id, member(1), phone), Reason::notInCall);
  REQUIRE_OK(world.messenger->heartbeat(call.id, member(1), laptop));

  REQUIRE_OK(world.messenger->leaveCall(call.id, member(1), laptop));
  CHECK_FALSE(world.isIn(call, member(1)));
  REQUIRE(world.events.count<CallLeft>() == 1);
  CHECK(world.events.of<CallLeft>().front().device == laptop);
  CHECK(world.events.count<DeviceLeft>() == 1);
  world.requireSound();
}

TEST_CASE("devices: leave without one -> all are out", "[facade][devices]") {
  Fixture world(eitherKind());
  const Call call = startWithLease(world);
  for (const DeviceId& each : {DeviceId{}, phone, laptop})
    REQUIRE_OK(world.messenger->joinCall(call.id, member(1), each));
  CHECK(openDevices(world, member(1)).size() == 3);
  CHECK(world.messenger->tryHeartbeat(call.id, member(1), laptop));
  REQUIRE_OK(world.messenger->leaveCall(call.id, member(1)));
  CHECK(openDevices(world, member(1)).empty());
  CHECK_FALSE(world.isIn(call, member(1)));
  CHECK(world.events.count<CallLeft>() == 1);
  for (const DeviceId& each : {DeviceId{}, phone, laptop}) {
    CHECK_FALSE(world.messenger->tryHeartbeat(call.id, member(1), each));
    REQUIRE_REFUSED(world.messenger->heartbeat(call.id, member(1), each), Reason::notInCall);
  }
}

TEST_CASE("devices: kicked or removed or the end -> all are out", "[facade][devices]") {
  Fixture world(eitherKind());
  const Call call = startWithLease(world);
  for (const DeviceId& each : {phone, laptop})
    REQUIRE_OK(world.messenger->joinCall(call.id, member(1), each));
  SECTION("a kick") {
    const auto rows = world.messenger->host().participants(call.id);
    REQUIRE_OK(world.messenger->kickParticipant(call.id, member(0), rows.at(1).id));
    REQUIRE_REFUSED(world.messenger->joinCall(call.id, member(1), DeviceId{"other"}), Reason::kicked);
  }
  SECTION("a removal") {
    REQUIRE_OK(world.messenger->threads().removeMember(world.team, member(1)));
  }
  SECTION("the end") {
    REQUIRE_OK(world.messenger->host().endCall(call.id));
    CHECK(world.stored().empty());
  }
  CHECK(openDevices(world, member(1)).empty());
  CHECK(world.events.count<DeviceLeft>() == 0);
  for (const DeviceId& each : {phone, laptop})
    CHECK_FALSE(world.messenger->tryHeartbeat(call.id, member(1), each));
}

TEST_CASE("devices: one falls silent -> it is out, and the user with the last one", "[facade][devices]") {
  Fixture world(eitherKind());
  const Call call = world.startTeam();
  const SessionKey starter{call.id, member(0)};
  const SessionKey onPhone{call.id, member(1), phone};
  for (const DeviceId& each : {phone, laptop})
    REQUIRE_OK(world.messenger->joinCall(call.id, member(1), each));
  pass(world, call, minutes{3}, {starter, onPhone});
  world.messenger->host().checkActivity();
  CHECK(openDevices(world, member(1)) == std::vector<DeviceId>{phone});
  REQUIRE(world.events.count<DeviceLeft>() == 1);
  CHECK(world.events.of<DeviceLeft>().front().device == laptop);
  CHECK(world.events.of<DeviceLeft>().front().why == DeviceLeft::Why::silent);
  CHECK(world.isIn(call, member(1)));

  pass(world, call, minutes{3}, {starter});
  world.messenger->host().checkActivity();
  CHECK_FALSE(world.isIn(call, member(1)));
  REQUIRE(world.events.count<CallLeft>() == 1);
  CHECK(world.events.of<CallLeft>().front().device == phone);
  CHECK(world.now(call).active());
}

TEST_CASE("devices: the only user has two and both fall silent -> the call ends", "[facade][devices]") {
  Fixture world(eitherKind());
  const auto call = world.messenger->startCall(world.team, member(0), {.device = phone});
  REQUIRE_OK(call);
  REQUIRE_OK(world.messenger->joinCall(call->id, member(0), laptop));
  CHECK(openDevices(world, member(0)) == std::vector<DeviceId>{laptop, phone});
  pass(world, *call, minutes{3}, {});
  world.messenger->host().checkActivity();
  CHECK(world.now(*call).endReason == EndReason::inactive);
  CHECK(world.events.count<CallEnded>() == 1);
}

TEST_CASE("devices: a heartbeat -> counts for its own device alone", "[facade][devices]") {
  Fixture world(eitherKind());
  const Call call = startWithLease(world);
  REQUIRE_REFUSED(world.messenger->heartbeat(call.id, member(0), phone), Reason::notInCall);
  REQUIRE_OK(world.messenger->joinCall(call.id, member(1), phone));
  REQUIRE_REFUSED(world.messenger->heartbeat(call.id, member(1)), Reason::notInCall);
  CHECK(world.messenger->tryHeartbeat(call.id, member(1), phone));
  CHECK_FALSE(world.messenger->tryHeartbeat(call.id, member(1), laptop));
  world.restart();
  CHECK_FALSE(world.messenger->tryHeartbeat(call.id, member(1), phone));
  REQUIRE_OK(world.messenger->heartbeat(call.id, member(1), phone));
  world.messenger->host().flushPresence();
  CHECK(world.messenger->tryHeartbeat(call.id, member(1), phone));
}

TEST_CASE("devices: as many as may be -> one more is refused until one leaves", "[facade][devices]") {
  Config config = Fixture::configured();
  config.sessions.mostPerUser = 3;
  Fixture world(eitherKind(), config);
  const Call call = world.startTeam();
  for (const char* each : {"a", "b", "c"})
    REQUIRE_OK(world.messenger->joinCall(call.id, member(1), DeviceId{each}));
  REQUIRE_REFUSED(world.messenger->joinCall(call.id, member(1), DeviceId{"d"}), Reason::tooManyDevices);
  REQUIRE_OK(world.messenger->joinCall(call.id, member(1), DeviceId{"c"}));
  REQUIRE_OK(world.messenger->joinCall(call.id, member(2), DeviceId{"d"}));
  REQUIRE_OK(world.messenger->leaveCall(call.id, member(1), DeviceId{"b"}));
  REQUIRE_OK(world.messenger->joinCall(call.id, member(1), DeviceId{"d"}));
}

TEST_CASE("devices: a new one replaces -> the others are out", "[facade][devices]") {
  Fixture world(eitherKind(), replacing());
  const Call call = startWithLease(world);
  REQUIRE_OK(world.messenger->joinCall(call.id, member(1), phone));
  REQUIRE_OK(world.messenger->joinCall(call.id, member(1), laptop));
  CHECK(openDevices(world, member(1)) == std::vector<DeviceId>{laptop});
  REQUIRE(world.events.count<DeviceLeft>() == 1);
  CHECK(world.events.of<DeviceLeft>().front().device == phone);
  CHECK(world.events.of<DeviceLeft>().front().why == DeviceLeft::Why::replaced);
  CHECK_FALSE(world.messenger->tryHeartbeat(call.id, member(1), phone));
  REQUIRE_OK(world.messenger->joinCall(call.id, member(1), laptop));
  CHECK(world.events.count<DeviceLeft>() == 1);
  CHECK(world.events.count<CallLeft>() == 0);
}

TEST_CASE("devices: a full call -> a further device of one who is in it joins", "[facade][devices]") {
  Config config = Fixture::configured();
  config.limits.participants = 2;
  Fixture world(eitherKind(), config);
  const Call call = world.startTeam();
  world.join(call, member(1));
  REQUIRE_OK(world.messenger->joinCall(call.id, member(1), phone));
  REQUIRE_REFUSED(world.messenger->joinCall(call.id, member(2), phone), Reason::callFull);
}

TEST_CASE("devices: many come and go -> few rows are kept", "[facade][devices]") {
  Fixture world(eitherKind());
  const Call call = world.startTeam();
  for (int i = 0; i < 200; ++i) {
    const DeviceId each{"tab-" + std::to_string(i)};
    REQUIRE_OK(world.messenger->joinCall(call.id, member(1), each));
    REQUIRE_OK(world.messenger->joinCall(call.id, member(1), phone));
    REQUIRE_OK(world.messenger->leaveCall(call.id, member(1), each));
    world.clock->advance(seconds{1});
  }
  CallStore::LoadRequest request;
  request.call = call.id;
  request.user = member(1);
  const CallState state = world.storage->calls().load(request).call.value();
  CHECK(state.sessions.size() == 32);
  CHECK(state.find(member(1), phone)->open());
  CHECK(state.find(member(1), DeviceId{"tab-199"}) != nullptr);
  CHECK(state.find(member(1), DeviceId{"tab-0"}) == nullptr);
}

TEST_CASE("devices: a name that cannot be one -> refused and nothing changes", "[facade][devices]") {
  Fixture world(eitherKind());
  const Call call = world.startTeam();
  const DeviceId bad{GENERATE(std::string{"two words"}, std::string{"tab\t"}, std::string{"\x7f"},
                              std::string{"\xc3\xa4"}, std::string(longestDevice + 1, 'x'))};
  REQUIRE_REFUSED(world.messenger->startCall(world.pair, named("alice"), {.device = bad}),
                  Reason::invalidInput);
  REQUIRE_REFUSED(world.messenger->joinCall(call.id, member(1), bad), Reason::invalidInput);
  REQUIRE_REFUSED(world.messenger->leaveCall(call.id, member(0), bad), Reason::invalidInput);
  REQUIRE_REFUSED(world.messenger->heartbeat(call.id, member(0), bad), Reason::invalidInput);
  CHECK(world.isIn(call, member(0)));
  CHECK_FALSE(world.isIn(call, member(1)));
  CHECK(world.messenger->activeCalls(named("alice")).empty());
}

TEST_CASE("devices: one leaves through another process -> its heartbeats are refused after a report",
          "[facade][devices]") {
  Fixture world(eitherKind());
  const Call call = startWithLease(world);
  for (const DeviceId& each : {phone, laptop})
    REQUIRE_OK(world.messenger->joinCall(call.id, member(1), each));
  const auto other = world.another();
  REQUIRE_OK(other->leaveCall(call.id, member(1), phone));
  world.messenger->host().flushPresence();
  CHECK_FALSE(world.messenger->tryHeartbeat(call.id, member(1), phone));
  CHECK(world.messenger->tryHeartbeat(call.id, member(1), laptop));
}

TEST_CASE("devices: eight join and leave at once -> each is in or out by its last word",
          "[facade][devices]") {
  Fixture world(eitherKind());
  const Call call = world.startTeam();
  world.join(call, member(1));
  tests::together(8, [&](std::size_t i) {
    const DeviceId mine{"device-" + std::to_string(i)};
    for (int round = 0; round < 20; ++round) {
      (void)world.messenger->joinCall(call.id, member(i % 2), mine);
      (void)world.messenger->heartbeat(call.id, member(i % 2), mine);
      if (round < 19 || i < 4) (void)world.messenger->leaveCall(call.id, member(i % 2), mine);
    }
  });
  CHECK(openDevices(world, member(0)) ==
        std::vector<DeviceId>{DeviceId{}, DeviceId{"device-4"}, DeviceId{"device-6"}});
  CHECK(openDevices(world, member(1)) ==
        std::vector<DeviceId>{DeviceId{}, DeviceId{"device-5"}, DeviceId{"device-7"}});
  world.requireSound();
}

}  // namespace messenger::tests
