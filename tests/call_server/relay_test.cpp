// Servers on one database, and one Redis between them.
#include "relay.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "messenger/adapters/sqlite.hpp"
#include "tests/adapters/redis/redis_server.hpp"
#include "tests/call_server/server_world.hpp"
#include "tests/support/catch.hpp"

using namespace call_server;
using namespace call_server::tests;
using messenger::tests::RedisServer;

namespace {

ServerWorld::Change sharing(const RedisServer& redis, const messenger::testing::TempDir& folder) {
  return [&redis, file = folder.file("shared.db")](CallServer::Parts& parts) {
    parts.settings.presence = redis.url();
    parts.storage = messenger::sqliteStorage({.path = file, .durability = messenger::Durability::normal});
  };
}

class CountingClient final : public Client {
 public:
  void send(Frame /*frame*/) override { ++frames; }
  void close(Goodbye /*why*/) override {}

  std::atomic<int> frames{0};
};

bool hears(const ServerWorld& world) {
  return eventually([&] { return world.loggedText().find("hears the other servers") != std::string::npos; });
}

}  // namespace

TEST_CASE("servers on one Redis: a call on one -> it rings on the other, and stops there", "[call_server]") {
  const RedisServer redis;
  const messenger::testing::TempDir folder;
  const ServerWorld first(sharing(redis, folder));
  const ServerWorld second(sharing(redis, folder));
  REQUIRE(hears(first));
  REQUIRE(hears(second));
  SocketClient bob = second.socketOf("bob");
  REQUIRE(bob.subscribe("thread.alice-bob").at("event") == "subscribed");
  const std::string call = first.start("alice", "alice-bob");
  CHECK(bob.waitFor("incoming.call").at("channel") == "user.bob");
  CHECK(bob.waitFor("thread.calls").at("data").at("call") == call);
  WebClient client = second.clientOf("bob");
  CHECK(client.post(callPath("alice-bob", call, "join")).status < 300);
  CHECK(client.post(callPath("alice-bob", call, "heartbeat")).status < 300);
  REQUIRE(bob.subscribe("call." + call).at("event") == "subscribed");
  CHECK(first.clientOf("alice").post(callPath("alice-bob", call, "end")).status < 300);
  CHECK(bob.waitFor("call.ended").at("channel") == "user.bob");
  CHECK(eventually([&] { return !second.server->hub().hasSubscribers("call." + call); }));
}

TEST_CASE("servers on one Redis: it goes down -> clients here hear, and those there ask again",
          "[call_server]") {
  RedisServer redis;
  const messenger::testing::TempDir folder;
  const ServerWorld there(sharing(redis, folder));
  REQUIRE(hears(there));
  SocketClient bob = there.socketOf("bob");
  const auto logger = std::make_shared<messenger::testing::RecordingLogger>();
  const auto hub = std::make_shared<Hub>();
  const auto alice = std::make_shared<CountingClient>();
  const Session session{.user = "alice", .expires = std::chrono::system_clock::now() + std::chrono::hours{1}};
  REQUIRE(hub->add(alice, session, 1) != 0);
  Relay relay(redis.url(), hub, logger);
  redis.kill();
  relay.publish("user.alice", "test", "1");
  CHECK(alice->frames == 1);
  redis.start();
  CHECK(bob.waitFor("welcome").at("event") == "welcome");
  CHECK(eventually([&] {
    relay.publish("user.bob", "test", "2");
    return logger->lines().back().message == "tells the other servers again";
  }));
  CHECK(bob.waitFor("test").at("data") == 2);
}
