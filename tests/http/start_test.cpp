#include "tests/http/http_world.hpp"

namespace messenger::inline v0::http {
namespace {

struct PairWorld : HttpWorld {
  explicit PairWorld(const Config& config = defaults()) : HttpWorld(config) {
    makePrivate("pair", member("ann"), member("bob"));
  }

  Reply startByAnn() { return send("POST", "threads/pair/calls", "ann"); }
};

Config callingOff() {
  Config config = HttpWorld::defaults();
  config.calling.enabled = false;
  return config;
}

void requireRefused(const Reply& reply, const std::string& reason) {
  REQUIRE(reply.status == 403);
  REQUIRE(reply.reason() == reason);
}

}  // namespace

TEST_CASE("router: a forbidden start -> 403 with the reason", "[http][unit]") {
  SECTION("when calling is switched off") {
    PairWorld world{callingOff()};
    requireRefused(world.startByAnn(), "callingDisabled");
  }
  SECTION("when calls are down") {
    PairWorld world;
    REQUIRE_OK(world.messenger.host().callsDown(std::chrono::minutes{1}));
    requireRefused(world.startByAnn(), "callsDown");
    world.clock->advance(std::chrono::minutes{1});
    REQUIRE(world.startByAnn().status == 201);
  }
  SECTION("when the thread's own switch is off") {
    PairWorld world;
    REQUIRE_OK(world.messenger.threads().setCalling(ThreadId{"pair"}, false));
    requireRefused(world.startByAnn(), "threadCallingDisabled");
  }
  SECTION("when the thread is locked") {
    PairWorld world;
    REQUIRE_OK(world.messenger.threads().setLocked(ThreadId{"pair"}, true));
    requireRefused(world.startByAnn(), "threadLocked");
  }
  SECTION("when the other side has not accepted the conversation") {
    PairWorld world;
    ThreadMember bob = HttpWorld::member("bob");
    bob.pending = true;
    REQUIRE_OK(world.messenger.threads().putMember(ThreadId{"pair"}, bob));
    requireRefused(world.startByAnn(), "threadPending");
  }
}

TEST_CASE("router: a start -> the response has its owner in the call", "[http][unit]") {
  PairWorld world;
  const Reply reply = world.startByAnn();
  REQUIRE(reply.status == 201);
  const Json& options = reply.json.at("options");
  REQUIRE(options.at("admin") == true);
  REQUIRE(options.at("in_call") == true);
  REQUIRE(options.at("joined") == true);
  REQUIRE(options.at("left_call") == false);
  REQUIRE(options.at("kicked") == false);
  REQUIRE(options.at("setup_complete") == false);
  REQUIRE_FALSE(options.contains("room_id"));
}

TEST_CASE("router: a start in synchronous mode -> the response has the room", "[http][unit]") {
  PairWorld world{HttpWorld::defaults(/*queued=*/false)};
  const Reply reply = world.startByAnn();
  REQUIRE(reply.status == 201);
  const Json& options = reply.json.at("options");
  REQUIRE(options.at("setup_complete") == true);
  REQUIRE(options.at("room_id") == "room-" + reply.json.at("id").get<std::string>());
  REQUIRE(options.at("room_pin") == "1234");
  REQUIRE(options.at("payload").is_null());
}

TEST_CASE("router: a start in synchronous mode and the provider fails -> 503 and the call has ended",
          "[http][unit]") {
  PairWorld world{HttpWorld::defaults(/*queued=*/false)};
  world.provider->answerCreate(testing::ProviderAnswer::throwing);
  const Reply reply = world.startByAnn();
  REQUIRE(reply.status == 503);
  REQUIRE(reply.reason() == "setupFailed");
  REQUIRE(reply.header("Retry-After") == "5");

  const Reply list = world.send("GET", "threads/pair/calls", "ann");
  REQUIRE(list.json.at("data").at(0).at("active") == false);
  world.provider->answerCreate(testing::ProviderAnswer::yes);
  REQUIRE(world.startByAnn().status == 201);
}

TEST_CASE("router: a start in an unknown thread -> 404", "[http][unit]") {
  PairWorld world;
  const Reply reply = world.send("POST", "threads/nowhere/calls", "ann");
  REQUIRE(reply.status == 404);
  REQUIRE(reply.reason() == "threadNotFound");
}

}  // namespace messenger::http
