#include <array>
#include <thread>

#include "messenger/errors.hpp"
#include "messenger/testing/fake_video_driver.hpp"
#include "messenger/testing/recording_broadcaster.hpp"
#include "messenger/testing/recording_logger.hpp"
#include "tests/support/catch.hpp"

namespace messenger::inline v0::testing {
namespace {

CallWithRoom callOf(const std::string& id) {
  CallWithRoom call;
  call.id = CallId{id};
  call.threadId = ThreadId{"thread"};
  return call;
}

TEST_CASE("fake video driver: an answer is set -> given", "[testing][unit]") {
  const auto provider = std::make_shared<FakeVideoProvider>();
  FakeVideoDriver driver(provider);
  CallWithRoom call = callOf("c1");

  SECTION("yes: the room is there, and described") {
    REQUIRE(driver.create(Thread{}, call));
    REQUIRE(driver.getRoomId() == "room-c1");
    REQUIRE(driver.getRoomPin() == "1234");
    REQUIRE(driver.getRoomSecret() == "swordfish");
    REQUIRE_FALSE(driver.getExtraPayload());
    REQUIRE(provider->rooms() == std::vector<CallId>{call.id});
  }
  SECTION("no: nothing is there") {
    provider->answerCreate(ProviderAnswer::no);
    REQUIRE_FALSE(driver.create(Thread{}, call));
    REQUIRE(provider->rooms().empty());
    REQUIRE(provider->calls().at(0).result == DriverCall::Result::no);
  }
  SECTION("no, though it was done: the room is there") {
    provider->answerCreate(ProviderAnswer::noButDone);
    REQUIRE_FALSE(driver.create(Thread{}, call));
    REQUIRE_FALSE(driver.getRoomId());
    REQUIRE(provider->rooms().size() == 1);
  }
  SECTION("throwing, with and without effect") {
    provider->answerCreate(ProviderAnswer::throwing);
    REQUIRE_THROWS_AS(driver.create(Thread{}, call), DriverError);
    REQUIRE(provider->rooms().empty());
    provider->answerCreate(ProviderAnswer::throwingButDone);
    REQUIRE_THROWS_AS(driver.create(Thread{}, call), DriverError);
    REQUIRE(provider->rooms().size() == 1);
    REQUIRE(provider->calls().at(1).result == DriverCall::Result::threw);
    provider->answerDestroy(ProviderAnswer::throwing);
    REQUIRE_THROWS_AS(driver.destroy(call), DriverError);
    REQUIRE(provider->rooms().size() == 1);
    provider->answerDestroy(ProviderAnswer::noButDone);
    REQUIRE_FALSE(driver.destroy(call));
    REQUIRE(provider->rooms().empty());
  }
  SECTION("another room: as it was given, and adopted by the next create") {
    provider->giveRoom(Room{"id", {}, "payload", {}});
    REQUIRE(driver.create(Thread{}, call));
    provider->giveRoom(std::nullopt);
    FakeVideoDriver second(provider);
    REQUIRE(second.create(Thread{}, call));
    REQUIRE(second.getRoomId() == "id");
    REQUIRE(second.getExtraPayload() == "payload");
    REQUIRE_FALSE(second.getRoomSecret());
  }
}

TEST_CASE("fake video driver: requests -> logged", "[testing][unit]") {
  const auto provider = std::make_shared<FakeVideoProvider>();
  FakeVideoDriver driver(provider);
  Thread thread;
  thread.id = ThreadId{"thread"};
  CallWithRoom call = callOf("c1");
  REQUIRE(driver.create(thread, call));
  REQUIRE(driver.destroy(call));
  call.room = Room{"room-c1", {}, {}, Secret{"swordfish"}};
  REQUIRE(driver.destroy(call));

  const auto calls = provider->calls();
  REQUIRE(calls.size() == 3);
  REQUIRE(calls[0].method == DriverCall::Method::create);
  REQUIRE(calls[0].thread == thread.id);
  REQUIRE(calls[0].roomId == "room-c1");
  REQUIRE(calls[1].method == DriverCall::Method::destroy);
  REQUIRE_FALSE(calls[1].roomId);
  REQUIRE_FALSE(calls[1].secretSeen);
  REQUIRE(calls[2].roomId == "room-c1");
  REQUIRE(calls[2].secretSeen);
  REQUIRE(provider->count(DriverCall::Method::destroy, call.id) == 2);
  provider->clearCalls();
  REQUIRE(provider->calls().empty());
}

TEST_CASE("fake video driver: held -> stops in the middle of a create", "[testing][unit]") {
  const auto provider = std::make_shared<FakeVideoProvider>();
  int hooks = 0;
  provider->onCreate([&](const Thread&, const Call&) { ++hooks; });
  provider->holdCreates();
  bool created = false;
  std::thread worker([&] {
    FakeVideoDriver driver(provider);
    created = driver.create(Thread{}, callOf("c1"));
  });
  const bool held = provider->waitForHeld(1);
  const auto calls = provider->calls();
  const auto rooms = provider->rooms();
  provider->clearCalls();
  provider->release();
  worker.join();
  REQUIRE(held);
  REQUIRE(hooks == 1);
  REQUIRE(calls.size() == 1);
  REQUIRE(calls[0].result == DriverCall::Result::running);
  REQUIRE(rooms.empty());
  REQUIRE(created);
  REQUIRE(provider->rooms().size() == 1);
}

TEST_CASE("fake video driver: a hook throws -> the driver throws the same", "[testing][unit]") {
  const auto provider = std::make_shared<FakeVideoProvider>();
  provider->onDestroy([](const CallWithRoom&) { throw std::runtime_error("from the hook"); });
  FakeVideoDriver driver(provider);
  REQUIRE_THROWS_WITH(driver.destroy(callOf("c1")), "from the hook");
  REQUIRE(provider->calls().at(0).result == DriverCall::Result::threw);
}

TEST_CASE("recording broadcaster: broadcasts -> kept and it throws on demand", "[testing][unit]") {
  RecordingBroadcaster broadcaster;
  broadcaster.broadcast({"joined.call", {"one"}, "{}", CallId{"c1"}});
  broadcaster.failWith("no transport");
  REQUIRE_THROWS_WITH(broadcaster.broadcast({"call.ended", {"one"}, "{}", CallId{"c1"}}), "no transport");
  broadcaster.failWith(std::nullopt);
  REQUIRE(broadcaster.all().size() == 2);
  REQUIRE(broadcaster.named("call.ended").size() == 1);
  REQUIRE(broadcaster.take().size() == 2);
  REQUIRE(broadcaster.all().empty());
}

TEST_CASE("recording logger: lines -> kept", "[testing][unit]") {
  RecordingLogger logger;
  logger.log(LogLevel::debug, "small", {});
  const std::array fields{LogField{"job", "j1"}, LogField{"error", "disk full"}};
  logger.log(LogLevel::error, "a job was given up", fields);
  REQUIRE(logger.lines().size() == 2);
  REQUIRE(logger.has(LogLevel::warning, "given up"));
  REQUIRE_FALSE(logger.has(LogLevel::warning, "small"));
  REQUIRE(logger.has(LogLevel::error, "disk full"));
  REQUIRE(logger.lines().back().field("job") == "j1");
  REQUIRE(logger.lines().back().field("call").empty());
  REQUIRE(logger.lines().back().text() == R"(a job was given up job=j1 error="disk full")");
  logger.clear();
  REQUIRE(logger.lines().empty());
}

}  // namespace
}  // namespace messenger::testing
