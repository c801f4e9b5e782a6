// Pushes from one node to the sockets of another.
#include <chrono>

#include "messenger/adapters/redis/redis_broadcaster.hpp"
#include "messenger/errors.hpp"
#include "messenger/testing/broadcaster_suite.hpp"
#include "tests/adapters/redis/redis_server.hpp"
#include "tests/support/catch.hpp"

using namespace messenger;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using messenger::tests::RedisServer;
using std::chrono::steady_clock;

namespace {

/// A node that keeps what it receives.
class Receiver {
 public:
  explicit Receiver(const RedisOptions& options)
      : subscriber(options, {[this](const RedisSubscriber::Push& push) { pushes.push_back(push); },
                             [this] { ++missed; }}) {}

  template <class Condition>
  bool pollUntil(Condition condition) {
    const auto deadline = steady_clock::now() + 60s;
    while (!condition()) {
      if (steady_clock::now() > deadline) return false;
      subscriber.poll(20ms);
    }
    return true;
  }

  std::vector<RedisSubscriber::Push> pushes;
  int missed = 0;
  RedisSubscriber subscriber;
};

Broadcast pushTo(const std::vector<std::string>& channels, const std::string& payload) {
  return {"joined.call", channels, payload, CallId{"c"}};
}

}  // namespace

TEST_CASE("Redis broadcaster: conformance suite -> passes", "[redis][conformance]") {
  const RedisServer server;
  std::unique_ptr<Receiver> receiver;
  const auto make = [&] {
    receiver = std::make_unique<Receiver>(server.options());
    // The suite wants each broadcast once: a channel that all but one of its checks use, and one of that.
    receiver->subscriber.subscribe("messenger.user.1");
    receiver->subscriber.subscribe("messenger.company.0");
    receiver->subscriber.poll(0ms);
    return testing::BroadcasterUnderTest{redisBroadcaster(server.options()), [&receiver] {
                                           std::vector<Broadcast> all;
                                           const auto quiet = [&] {
                                             const std::size_t before = receiver->pushes.size();
                                             receiver->subscriber.poll(200ms);
                                             return receiver->pushes.size() == before;
                                           };
                                           receiver->pollUntil(quiet);
                                           for (const auto& each : receiver->pushes) {
                                             std::vector<std::string> channels{each.channel};
                                             if (each.channel == "messenger.company.0") {
                                               for (int i = 1; i < 300; ++i)
                                                 channels.push_back("messenger.company." + std::to_string(i));
                                             }
                                             all.push_back({each.event, channels, each.payload, each.call});
                                           }
                                           return all;
                                         }};
  };
  const auto report = [](const testing::Report& check) {
    INFO(check.check << ": " << check.detail);
    CHECK(check.passed);
  };
  CHECK(testing::broadcasterSuite(make, report) == 0);
}

TEST_CASE("Redis pushes: each node gets those of its channels", "[redis]") {
  const RedisServer server;
  const auto broadcaster = redisBroadcaster(server.options());
  Receiver one(server.options());
  Receiver other(server.options());
  one.subscriber.subscribe("messenger.user.1");
  other.subscriber.subscribe("messenger.user.2");
  REQUIRE(one.subscriber.poll(0ms));
  REQUIRE(other.subscriber.poll(0ms));
  CHECK(one.subscriber.socket() >= 0);
  broadcaster->broadcast(pushTo({"messenger.user.1", "messenger.user.2", "messenger.user.3"}, "{}"));
  server.run({"PUBLISH", "messenger:messenger.user.1", "from somebody else"});
  broadcaster->broadcast(pushTo({"messenger.user.1"}, "last"));
  REQUIRE(one.pollUntil([&] { return one.pushes.size() == 2; }));
  REQUIRE(other.pollUntil([&] { return other.pushes.size() == 1; }));
  CHECK(one.pushes[0].channel == "messenger.user.1");
  CHECK(one.pushes[0].event == "joined.call");
  CHECK(one.pushes[0].call == CallId{"c"});
  CHECK(one.pushes[1].payload == "last");
  CHECK(other.pushes[0].channel == "messenger.user.2");

  one.subscriber.unsubscribe("messenger.user.1");
  one.subscriber.subscribe("messenger.user.4");
  REQUIRE(one.subscriber.poll(0ms));
  broadcaster->broadcast(pushTo({"messenger.user.1", "messenger.user.4"}, "{}"));
  REQUIRE(one.pollUntil([&] { return one.pushes.size() == 3; }));
  CHECK(one.pushes[2].channel == "messenger.user.4");
  CHECK(one.missed == 0);
}

TEST_CASE("Redis pushes: the server is killed and comes back -> errors, then subscribed again, and said",
          "[redis][faults]") {
  RedisServer server;
  const auto broadcaster = redisBroadcaster(server.options());
  Receiver node(server.options());
  node.subscriber.subscribe("messenger.user.1");
  REQUIRE(node.subscriber.poll(0ms));
  broadcaster->broadcast(pushTo({"messenger.user.1"}, "before"));
  REQUIRE(node.pollUntil([&] { return node.pushes.size() == 1; }));
  server.kill();
  CHECK_THROWS_AS(broadcaster->broadcast(pushTo({"messenger.user.1"}, "lost")), Error);
  REQUIRE(node.pollUntil([&] { return node.subscriber.socket() < 0; }));
  CHECK_THAT(node.subscriber.lastError(), Contains("Redis 127.0.0.1:"));
  server.start();
  REQUIRE(node.pollUntil([&] { return node.missed == 1; }));
  CHECK(node.subscriber.lastError().empty());
  const auto deadline = steady_clock::now() + 60s;
  while (true) {
    try {
      broadcaster->broadcast(pushTo({"messenger.user.1"}, "after"));
      break;
    } catch (const Error&) {
      REQUIRE(steady_clock::now() < deadline);
    }
  }
  REQUIRE(node.pollUntil([&] { return node.pushes.size() == 2; }));
  CHECK(node.pushes[1].payload == "after");
  CHECK(node.missed == 1);
}

TEST_CASE("Redis pushes: idle connections are cut -> the broadcaster does not notice", "[redis][faults]") {
  const RedisServer server;
  const auto broadcaster = redisBroadcaster(server.options());
  broadcaster->broadcast(pushTo({"messenger.user.1"}, "{}"));
  server.run({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
  CHECK_NOTHROW(broadcaster->broadcast(pushTo({"messenger.user.1"}, "{}")));
}

TEST_CASE("Redis pushes: a callback throws -> passed on, and the next ones still arrive", "[redis]") {
  const RedisServer server;
  const auto broadcaster = redisBroadcaster(server.options());
  int received = 0;
  RedisSubscriber subscriber(server.options(), {[&](const RedisSubscriber::Push&) {
                                                  if (++received == 1) throw std::runtime_error("no");
                                                },
                                                nullptr});
  subscriber.subscribe("a");
  REQUIRE(subscriber.poll(0ms));
  broadcaster->broadcast(pushTo({"a"}, "1"));
  broadcaster->broadcast(pushTo({"a"}, "2"));
  CHECK_THROWS_AS(subscriber.poll(10s), std::runtime_error);
  const auto deadline = steady_clock::now() + 60s;
  while (received < 2 && steady_clock::now() < deadline) subscriber.poll(20ms);
  CHECK(received == 2);
  CHECK_THROWS_AS(RedisSubscriber(server.options(), {}), std::invalid_argument);
}
