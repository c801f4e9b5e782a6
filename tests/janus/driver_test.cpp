#include "messenger/adapters/janus/janus_driver.hpp"

#include <atomic>

#include "messenger/errors.hpp"
#include "tests/janus/janus_matchers.hpp"
#include "tests/janus/janus_server.hpp"
#include "tests/support/together.hpp"

namespace messenger::tests {
namespace {

using janus::IdKind;
using janus::JanusDriver;
using janus::JanusDriverSettings;
using janus::NewRoom;
using janus::RoomInfo;
using janus::VideoRoom;

const JanusDriverSettings settings{Secret{JanusServer::roomKey}};

CallWithRoom callOf(const std::string& id) {
  CallWithRoom call;
  call.id = CallId{id};
  call.threadId = ThreadId{"thread"};
  return call;
}

Thread threadOf(ThreadType type, std::size_t members) {
  Thread thread;
  thread.type = type;
  thread.members = members;
  return thread;
}

const Thread group = threadOf(ThreadType::group, 3);

struct DriverWorld {
  JanusServer server{{GENERATE(true, false)}};
  VideoRoom room = server.videoRoom();

  [[nodiscard]] janus::JanusId idOf(const Call& call) const {
    return roomIdOf(call.id, settings.roomKey, room.idKind().value());
  }
  [[nodiscard]] std::string whyNotCreate(const Call& call) const {
    try {
      (void)JanusDriver(room, settings).create(group, call);
    } catch (const DriverError& error) {
      return error.what();
    }
    return "";
  }
};

TEST_CASE("JanusDriver: a room -> has the settings for its thread", "[janus][driver]") {
  const DriverWorld world;
  const auto roomFor = [&](const Thread& thread) {
    const CallWithRoom call = callOf("01HF" + std::to_string(thread.members));
    JanusDriver driver(world.room, settings);
    REQUIRE(driver.create(thread, call));
    const RoomInfo info = world.room.list().value().at(0);
    CHECK(janus::toText(info.id) == driver.getRoomId());
    CHECK(info.pinRequired);
    CHECK(info.isPrivate);
    CHECK_FALSE(driver.getExtraPayload().has_value());
    CHECK_FALSE(driver.getRoomPin()->empty());
    CHECK_FALSE(driver.getRoomSecret()->empty());
    CHECK(info.description.find(call.id.value()) != std::string::npos);
    CHECK(JanusDriver(world.room, settings).destroy(call));
    return info;
  };
  const RoomInfo ofGroup = roomFor(threadOf(ThreadType::group, 11));
  CHECK(ofGroup.publishers == 17);
  CHECK(ofGroup.bitrate == 600'000);
  const RoomInfo ofTwo = roomFor(threadOf(ThreadType::privateThread, 2));
  CHECK(ofTwo.publishers == 4);
  CHECK(ofTwo.bitrate == 1'024'000);
}

TEST_CASE("JanusDriver: its own room exists -> adopted even by many at once", "[janus][driver]") {
  const DriverWorld world;
  const CallWithRoom call = callOf("01HFADOPT");
  JanusDriver first(world.room, settings);
  REQUIRE(first.create(group, call));
  std::atomic<int> same{0};
  together(8, [&](std::size_t) {
    JanusDriver other(world.room, settings);
    if (other.create(group, call) && other.getRoomId() == first.getRoomId()) ++same;
  });
  REQUIRE(same == 8);
  JanusDriver second(world.room, settings);
  REQUIRE(second.create(group, call));
  CHECK(second.getRoomId() == first.getRoomId());
  CHECK(second.getRoomPin() == first.getRoomPin());
  CHECK(second.getRoomSecret() == first.getRoomSecret());
  REQUIRE(world.room.list().value().size() == 1);
}

TEST_CASE("JanusDriver: a foreign room exists -> not adopted and not touched", "[janus][driver]") {
  const DriverWorld world;
  const CallWithRoom call = callOf("01HFFOREIGN");
  NewRoom foreign;
  foreign.id = world.idOf(call);
  if (GENERATE(true, false)) foreign.secret = Secret{"theirs"};
  foreign.description = "theirs";
  REQUIRE_DONE(world.room.create(foreign));
  const std::string why = world.whyNotCreate(call);
  CHECK(why.find("does not accept the derived secret") != std::string::npos);
  CHECK(why.find(janus::toText(*foreign.id)) != std::string::npos);
  const auto rooms = world.room.list().value();
  REQUIRE(rooms.size() == 1);
  CHECK(rooms[0].description == "theirs");
}

TEST_CASE("JanusDriver: the server refuses a destroy -> fails with the reason", "[janus][driver]") {
  const DriverWorld world;
  const CallWithRoom call = callOf("01HFTHEIRS");
  NewRoom foreign;
  foreign.id = world.idOf(call);
  foreign.secret = Secret{"theirs"};
  REQUIRE_DONE(world.room.create(foreign));
  REQUIRE_THROWS_AS(JanusDriver(world.room, settings).destroy(call), DriverError);
  REQUIRE(world.room.exists(*foreign.id).value());
}

TEST_CASE("JanusDriver: the key changed -> the recorded secret destroys the room", "[janus][driver]") {
  const DriverWorld world;
  CallWithRoom call = callOf("01HFKEYS");
  JanusDriver maker(world.room, settings);
  REQUIRE(maker.create(group, call));
  call.room = Room{maker.getRoomId(), maker.getRoomPin(), std::nullopt, Secret{*maker.getRoomSecret()}};
  const JanusDriverSettings changed{Secret{"another key"}};
  REQUIRE(JanusDriver(world.room, changed).destroy(call));
  REQUIRE(world.room.list().value().empty());
}

TEST_CASE("JanusDriver: a server restarts with the other kind of ids -> detected", "[janus][driver]") {
  const bool before = GENERATE(true, false);
  JanusServer server({before});
  const VideoRoom room = server.videoRoom();
  CallWithRoom call = callOf("01HFKINDS");
  JanusDriver first(room, settings);
  REQUIRE(first.create(group, call));
  call.room = Room{first.getRoomId(), first.getRoomPin(), std::nullopt, Secret{*first.getRoomSecret()}};

  server.restart({!before});
  SECTION("the room that is gone counts as destroyed") {
    REQUIRE(JanusDriver(room, settings).destroy(call));
  }
  SECTION("a new one has an id of the new kind") {
    JanusDriver second(room, settings);
    REQUIRE(second.create(group, call));
    CHECK(second.getRoomId() != first.getRoomId());
    REQUIRE(JanusDriver(room, settings).destroy(callOf("01HFKINDS")));
    REQUIRE(room.list().value().empty());
  }
}

TEST_CASE("JanusDriver: no server -> the error says what was not done", "[janus][driver]") {
  JanusServer server;
  const VideoRoom room = server.videoRoom();
  server.kill();
  try {
    (void)JanusDriver(room, settings).create(group, callOf("01HFGONE"));
    FAIL("there was nobody to create it");
  } catch (const DriverError& error) {
    CHECK(std::string{error.what()}.find("cannot be reached") != std::string::npos);
  }
  REQUIRE_THROWS_AS(JanusDriver(room, settings).destroy(callOf("01HFGONE")), DriverError);
}

TEST_CASE("JanusDriver: no key -> refused", "[janus][driver]") {
  janus::JanusOptions options;
  options.endpoint = "http://127.0.0.1:1/janus";
  const VideoRoom room(std::make_shared<janus::JanusClient>(options));
  REQUIRE_THROWS_AS(JanusDriver(room, JanusDriverSettings{Secret{""}}), std::invalid_argument);
  REQUIRE_THROWS_AS(VideoRoom(nullptr), std::invalid_argument);
}

}  // namespace
}  // namespace messenger::tests
