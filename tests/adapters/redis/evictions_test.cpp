// Two Messengers on one storage, with a presence each on one Redis: who is evicted, and who is not.
#include <functional>
#include <utility>

#include "adapters/redis/redis_presence.hpp"
#include "messenger/errors.hpp"
#include "tests/adapters/redis/redis_server.hpp"
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

class Nodes {
 public:
  explicit Nodes(StorageKind kind, const RedisServer& server)
      : server_(server), world(kind), one(node()), other(node()) {}

  /// A process of its own, with its own connections. The server's time is that of the manual clock.
  std::unique_ptr<Messenger> node(bool receives = true) {
    Config config = Fixture::configured();
    config.presence.receivesHeartbeats = receives;
    RedisOptions options = server_.options();
    options.timeLimit = seconds{60};
    auto made = std::make_unique<Messenger>(
        config, Dependencies{.storage = world.storage,
                             .threads = nullptr,
                             .presence = std::make_shared<redis::RedisPresence>(
                                 options,
                                 [](SteadyPoint at) {
                                   return std::chrono::floor<Duration>(at.time_since_epoch()).count();
                                 }),
                             .broadcaster = world.broadcaster,
                             .clock = world.clock,
                             .logger = world.logger});
    made->setVideoDriver<testing::FakeVideoDriver>(world.provider);
    return made;
  }

  Call start() {
    auto call = one->startCall(world.team, member(0));
    REQUIRE_OK(call);
    one->jobs().runPending();
    return *call;
  }

  void run(seconds time, const std::function<void(int)>& each = nullptr) {
    for (int i = 0; i < time.count(); ++i, ++now) {
      if (each) each(now);
      one->host().runDueTasks();
      if (other) other->host().runDueTasks();
      world.clock->advance(seconds{1});
    }
  }

 private:
  const RedisServer& server_;

 public:
  Fixture world;
  std::unique_ptr<Messenger> one;
  std::unique_ptr<Messenger> other;
  int now = 0;
};

}  // namespace

TEST_CASE("Redis, two nodes: heartbeats at one count at the other, and who is silent is out",
          "[redis][evictions]") {
  const RedisServer server;
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Nodes nodes(kind, server);
  const Call call = nodes.start();
  REQUIRE_OK(nodes.other->joinCall(call.id, member(1)));
  REQUIRE_OK(nodes.other->joinCall(call.id, member(2)));
  int beats = 0;
  nodes.run(seconds{420}, [&](int now) {
    // One moves to and fro with slow heartbeats, one stays.
    if (now % 58 == 0) {
      Messenger& at = beats++ % 2 == 0 ? *nodes.other : *nodes.one;
      REQUIRE_OK(at.heartbeat(call.id, member(0)));
    }
    if (now % 30 == 7) REQUIRE_OK(nodes.other->heartbeat(call.id, member(1)));
    if (now % 30 == 8 && now < 100) REQUIRE_OK(nodes.one->heartbeat(call.id, member(2)));
    REQUIRE(nodes.world.isIn(call, member(0)));
    REQUIRE(nodes.world.isIn(call, member(1)));
    if (now < 98 + 60) REQUIRE(nodes.world.isIn(call, member(2)));
    if (now > 98 + 60 + 60) REQUIRE_FALSE(nodes.world.isIn(call, member(2)));
  });
  REQUIRE_REFUSED(nodes.one->heartbeat(call.id, member(2)), Reason::notInCall);
}

TEST_CASE("Redis, two nodes: left or kicked at one -> the heartbeat at the other is refused at once",
          "[redis][evictions]") {
  const RedisServer server;
  Nodes nodes(StorageKind::memory, server);
  const Call call = nodes.start();
  const auto joined = nodes.one->joinCall(call.id, member(1));
  REQUIRE_OK(joined);
  REQUIRE_OK(nodes.other->heartbeat(call.id, member(1)));
  REQUIRE_OK(nodes.one->kickParticipant(call.id, member(0), joined->participant.id));
  REQUIRE_REFUSED(nodes.other->heartbeat(call.id, member(1)), Reason::kicked);
}

TEST_CASE(
    "Redis, two nodes: one died while somebody came in -> no heartbeat is acknowledged before they are in",
    "[redis][evictions]") {
  const RedisServer server;
  Nodes nodes(StorageKind::memory, server);
  const Call call = nodes.start();
  // All that the dead one has done.
  redisPresence(server.options())
      ->track(SessionKey{call.id, member(1)}, call.revision + 1, nodes.world.clock->steady());
  REQUIRE_REFUSED(nodes.other->heartbeat(call.id, member(1)), Reason::notInCall);
  REQUIRE_OK(nodes.other->joinCall(call.id, member(1)));
  REQUIRE_OK(nodes.one->heartbeat(call.id, member(1)));
  REQUIRE_OK(nodes.other->leaveCall(call.id, member(1)));
  REQUIRE_REFUSED(nodes.one->heartbeat(call.id, member(1)), Reason::notInCall);
}

TEST_CASE("Redis, two nodes: FLUSHALL at any time -> nobody alive is evicted, and the silent are later",
          "[redis][evictions]") {
  const RedisServer server;
  const auto kind = GENERATE(eitherStorage());
  const int flushAt = GENERATE(70, 110, 119, 120, 121, 149);
  CAPTURE(kind, flushAt);
  Nodes nodes(kind, server);
  const Call call = nodes.start();
  for (std::size_t i = 1; i < 6; ++i) REQUIRE_OK(nodes.other->joinCall(call.id, member(i)));
  nodes.run(seconds{400}, [&](int now) {
    if (now == flushAt) server.run({"FLUSHALL"});
    for (std::size_t i = 0; i < 5; ++i) {
      if ((now + static_cast<int>(i) * 11) % 55 == 0)
        REQUIRE_OK((i % 2 == 0 ? nodes.one : nodes.other)->heartbeat(call.id, member(i)));
      REQUIRE(nodes.world.isIn(call, member(i)));
    }
  });
  REQUIRE_FALSE(nodes.world.isIn(call, member(5)));
}

TEST_CASE("Redis, two nodes: the server is away for minutes -> errors, then grace, then as before",
          "[redis][evictions]") {
  RedisServer server;
  Nodes nodes(StorageKind::sqlite, server);
  const Call call = nodes.start();
  REQUIRE_OK(nodes.other->joinCall(call.id, member(1)));
  REQUIRE_OK(nodes.other->joinCall(call.id, member(2)));
  nodes.run(seconds{90}, [&](int now) {
    if (now % 30 != 0) return;
    for (std::size_t i = 0; i < 3; ++i) REQUIRE_OK(nodes.one->heartbeat(call.id, member(i)));
  });
  server.kill();
  nodes.run(seconds{150}, [&](int now) {
    if (now % 30 == 0) REQUIRE_THROWS_AS(nodes.one->heartbeat(call.id, member(0)), PresenceError);
    REQUIRE(nodes.world.isIn(call, member(1)));
  });
  server.start();
  // Each node tries again at a moment of its own.
  const auto beat = [&](Messenger& at, std::size_t who) {
    const auto deadline = std::chrono::steady_clock::now() + seconds{60};
    while (true) {
      try {
        REQUIRE_OK(at.heartbeat(call.id, member(who)));
        return;
      } catch (const PresenceError&) {
        REQUIRE(std::chrono::steady_clock::now() < deadline);
      }
    }
  };
  beat(*nodes.one, 0);
  nodes.run(seconds{59}, [&](int) { REQUIRE(nodes.world.isIn(call, member(1))); });
  beat(*nodes.other, 1);
  beat(*nodes.one, 0);
  nodes.run(seconds{240}, [&](int now) {
    if (now % 30 != 0) return;
    beat(*nodes.one, 0);
    beat(*nodes.other, 1);
  });
  REQUIRE(nodes.world.isIn(call, member(0)));
  REQUIRE(nodes.world.isIn(call, member(1)));
  REQUIRE_FALSE(nodes.world.isIn(call, member(2)));
}

TEST_CASE("Redis: a tool that receives nothing judges by what is there, also after FLUSHALL",
          "[redis][evictions]") {
  const RedisServer server;
  Nodes nodes(StorageKind::sqlite, server);
  const Call call = nodes.start();
  REQUIRE_OK(nodes.other->joinCall(call.id, member(1)));
  nodes.other.reset();
  // The node's own check is left out: only the tool judges.
  const auto pass = [&](int from, int to) {
    for (int now = from; now < to; ++now) {
      if (now % 40 == 0) REQUIRE_OK(nodes.one->heartbeat(call.id, member(0)));
      nodes.world.clock->advance(seconds{1});
    }
  };
  pass(0, 100);
  server.run({"FLUSHALL"});
  nodes.node(/*receives=*/false)->host().checkActivity();
  REQUIRE(nodes.world.isIn(call, member(0)));
  REQUIRE(nodes.world.isIn(call, member(1)));
  pass(100, 170);
  nodes.node(/*receives=*/false)->host().checkActivity();
  REQUIRE(nodes.world.isIn(call, member(0)));
  REQUIRE_FALSE(nodes.world.isIn(call, member(1)));
}

}  // namespace messenger::tests
