#include "hub.hpp"

#include <memory>
#include <string>
#include <vector>

#include "rate_limiter.hpp"
#include "tests/support/catch.hpp"

namespace call_server {
namespace {

class Listener final : public Client {
 public:
  void send(Frame frame) override { heard.push_back(*frame); }
  void close(Goodbye why) override { closed.push_back(why); }

  std::vector<std::string> heard;
  std::vector<Goodbye> closed;
};

struct World {
  Hub hub;
  std::shared_ptr<Listener> one = std::make_shared<Listener>();
  std::shared_ptr<Listener> other = std::make_shared<Listener>();
  SystemTime start{};
  ClientId alice = hub.add(one, {"alice", start + std::chrono::hours{1}}, 10);
  ClientId bob = hub.add(other, {"bob", start + std::chrono::hours{2}}, 10);
};

}  // namespace

TEST_CASE("hub: a push reaches the clients of its users, and nobody else", "[call_server][unit]") {
  World world;
  world.hub.broadcast({"incoming.call", {"messenger.user.alice", "messenger.user.carol"}, R"({"x":1})", {}});
  REQUIRE(world.one->heard.size() == 1);
  CHECK(world.one->heard[0] == R"({"event":"incoming.call","channel":"user.alice","data":{"x":1}})");
  CHECK(world.other->heard.empty());
}

TEST_CASE("hub: a subscription counts once it is active", "[call_server][unit]") {
  World world;
  REQUIRE(world.hub.reserve(world.alice, "thread.1", 10));
  world.hub.publish("thread.1", "x", "{}");
  CHECK(world.one->heard.empty());
  REQUIRE(world.hub.activate(world.alice, "thread.1"));
  world.hub.publish("thread.1", "x", "{}");
  CHECK(world.one->heard.size() == 1);
  world.hub.unsubscribe(world.alice, "thread.1");
  world.hub.publish("thread.1", "x", "{}");
  CHECK(world.one->heard.size() == 1);
}

TEST_CASE("hub: a right that is lost while it is asked for is not given", "[call_server][unit]") {
  World world;
  REQUIRE(world.hub.reserve(world.alice, "call.1", 10));
  REQUIRE(world.hub.reserve(world.bob, "call.1", 10));
  world.hub.revoke("call.1", "alice");
  CHECK_FALSE(world.hub.activate(world.alice, "call.1"));
  CHECK(world.hub.activate(world.bob, "call.1"));
  world.hub.revokeAll("call.1");
  CHECK_FALSE(world.hub.hasSubscribers("call.1"));
  CHECK_FALSE(world.hub.activate(world.bob, "call.1"));
}

TEST_CASE("hub: nobody unsubscribes from their own channel", "[call_server][unit]") {
  World world;
  world.hub.unsubscribe(world.alice, "user.alice");
  CHECK(world.hub.hasSubscribers("user.alice"));
}

TEST_CASE("hub: bounds of sockets and subscriptions", "[call_server][unit]") {
  World world;
  CHECK(world.hub.add(world.one, {"alice", world.start}, 1) == 0);
  const ClientId second = world.hub.add(world.one, {"alice", world.start}, 2);
  CHECK(second != 0);
  world.hub.remove(second);
  CHECK(world.hub.add(world.one, {"alice", world.start}, 2) != 0);
  CHECK(world.hub.reserve(world.bob, "a", 1));
  CHECK(world.hub.reserve(world.bob, "a", 1));
  CHECK_FALSE(world.hub.reserve(world.bob, "b", 1));
  world.hub.unsubscribe(world.bob, "a");
  CHECK(world.hub.reserve(world.bob, "b", 1));
}

TEST_CASE("hub: says goodbye when a sign-in expires", "[call_server][unit]") {
  World world;
  world.hub.closeExpired(world.start + std::chrono::hours{1});
  CHECK(world.one->closed == std::vector<Goodbye>{Goodbye::signedOut});
  CHECK(world.other->closed.empty());
}

TEST_CASE("hub: keeps no client alive", "[call_server][unit]") {
  World world;
  std::weak_ptr<Listener> watched = world.one;
  world.one.reset();
  CHECK(watched.expired());
  world.hub.publish("user.alice", "x", "{}");
}

TEST_CASE("rate limiter: a burst, then the rate, each user and demand alone", "[call_server][unit]") {
  RateLimiter limiter({Rate{2, 3}, Rate{1, 1}, Rate{1, 1}});
  SteadyTime now{};
  for (int i = 0; i < 3; ++i) CHECK_FALSE(limiter.refuse("alice", Demand::request, now));
  CHECK(limiter.refuse("alice", Demand::request, now) == 1);
  CHECK_FALSE(limiter.refuse("alice", Demand::heartbeat, now));
  CHECK_FALSE(limiter.refuse("bob", Demand::request, now));
  now += std::chrono::milliseconds{500};
  CHECK_FALSE(limiter.refuse("alice", Demand::request, now));
  CHECK(limiter.refuse("alice", Demand::request, now));
}

TEST_CASE("rate limiter: forgets who asks for nothing", "[call_server][unit]") {
  RateLimiter limiter({Rate{1, 1}, Rate{1, 1}, Rate{1, 1}});
  SteadyTime now{};
  for (int i = 0; i < 1024; ++i) limiter.refuse(std::to_string(i), Demand::request, now);
  CHECK(limiter.remembered() == 1024);
  now += std::chrono::hours{1};
  limiter.refuse("alice", Demand::request, now);
  CHECK(limiter.remembered() == 1);
}

}  // namespace call_server
