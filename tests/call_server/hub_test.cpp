#include "hub.hpp"

#include <future>
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

TEST_CASE("hub: a push -> reaches the clients of its users and nobody else", "[call_server][unit]") {
  World world;
  world.hub.broadcast({"incoming.call", {"messenger.user.alice", "messenger.user.carol"}, R"({"x":1})", {}});
  REQUIRE(world.one->heard.size() == 1);
  CHECK(world.one->heard[0] == R"({"event":"incoming.call","channel":"user.alice","data":{"x":1}})");
  CHECK(world.other->heard.empty());
}

TEST_CASE("hub: a subscription -> counts once it is active", "[call_server][unit]") {
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

TEST_CASE("hub: a right revoked while it is checked -> not given", "[call_server][unit]") {
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

TEST_CASE("hub: a right that was revoked -> can be given again", "[call_server][unit]") {
  World world;
  const auto subscribes = [&] {
    return world.hub.reserve(world.alice, "call.1", 1) && world.hub.activate(world.alice, "call.1");
  };
  REQUIRE(subscribes());
  world.hub.revoke("call.1", "alice");
  CHECK(subscribes());
  world.hub.revokeAll("call.1");
  CHECK(subscribes());
  CHECK(world.hub.hasSubscribers("call.1"));
}

TEST_CASE("hub: a right is revoked -> from all clients of the user", "[call_server][unit]") {
  World world;
  const ClientId second = world.hub.add(world.one, {"alice", world.start}, 10);
  for (const ClientId each : {world.alice, second}) {
    REQUIRE(world.hub.reserve(each, "call.1", 10));
    REQUIRE(world.hub.activate(each, "call.1"));
  }
  world.hub.revoke("call.1", "alice");
  CHECK_FALSE(world.hub.hasSubscribers("call.1"));
}

TEST_CASE("hub: a client is gone -> nothing of it is left", "[call_server][unit]") {
  World world;
  REQUIRE(world.hub.reserve(world.bob, "thread.1", 10));
  world.hub.remove(world.bob);
  CHECK(world.hub.clients() == 1);
  CHECK_FALSE(world.hub.activate(world.bob, "thread.1"));
  CHECK_FALSE(world.hub.activate(world.bob, "user.bob"));
  world.hub.publish("user.bob", "x", "{}");
  CHECK(world.other->heard.empty());
}

TEST_CASE("hub: a broadcast to others than users -> ignored", "[call_server][unit]") {
  World world;
  world.hub.broadcast({"x", {"elsewhere.user.alice", "short"}, "{}", {}});
  CHECK(world.one->heard.empty());
}

TEST_CASE("hub: passing a frame on -> no lock is held", "[call_server][unit]") {
  /// Uses the hub from another OS thread, while it is being called itself.
  class Asker final : public Client {
   public:
    explicit Asker(Hub& hub) : hub_(hub) {}
    void send(Frame) override { ask(); }
    void close(Goodbye) override { ask(); }

    int answered = 0;

   private:
    void ask() {
      // Kept, because destroying it would wait for its end.
      asked_.push_back(std::async(std::launch::async, [this] { return hub_.clients(); }));
      if (asked_.back().wait_for(std::chrono::seconds{5}) == std::future_status::ready) ++answered;
    }

    Hub& hub_;
    std::vector<std::future<std::size_t>> asked_;
  };

  Hub hub;
  const auto asker = std::make_shared<Asker>(hub);
  REQUIRE(hub.add(asker, {"alice", SystemTime{}}, 1) != 0);
  hub.publish("user.alice", "x", "{}");
  hub.publishToAll(eventFrame("x", "", "{}"));
  hub.closeExpired(SystemTime{});
  hub.closeAll();
  CHECK(asker->answered == 4);
}

TEST_CASE("hub: unsubscribing from the own channel -> refused", "[call_server][unit]") {
  World world;
  world.hub.unsubscribe(world.alice, "user.alice");
  CHECK(world.hub.hasSubscribers("user.alice"));
}

TEST_CASE("hub: too many sockets or subscriptions -> refused", "[call_server][unit]") {
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

TEST_CASE("hub: a sign-in expires -> the client is closed", "[call_server][unit]") {
  World world;
  world.hub.closeExpired(world.start + std::chrono::hours{1});
  CHECK(world.one->closed == std::vector<Goodbye>{Goodbye::signedOut});
  CHECK(world.other->closed.empty());
}

TEST_CASE("hub: a client -> not kept alive", "[call_server][unit]") {
  World world;
  std::weak_ptr<Listener> watched = world.one;
  world.one.reset();
  CHECK(watched.expired());
  world.hub.publish("user.alice", "x", "{}");
}

TEST_CASE("rate limiter: a burst and then the rate -> counted for each key", "[call_server][unit]") {
  RateLimiter limiter(Rate{2, 3});
  SteadyTime now{};
  for (int i = 0; i < 3; ++i) CHECK_FALSE(limiter.refuse("alice", now));
  CHECK(limiter.refuse("alice", now) == 1);
  CHECK_FALSE(limiter.refuse("bob", now));
  now += std::chrono::milliseconds{500};
  CHECK_FALSE(limiter.refuse("alice", now));
  CHECK(limiter.refuse("alice", now));
  now += std::chrono::hours{1};
  for (int i = 0; i < 3; ++i) CHECK_FALSE(limiter.refuse("alice", now));
  CHECK(limiter.refuse("alice", now));
}

TEST_CASE("rate limiter: refused -> says how long to wait", "[call_server][unit]") {
  RateLimiter limiter(Rate{0.25, 1});
  const SteadyTime now{};
  CHECK_FALSE(limiter.refuse("alice", now));
  CHECK(limiter.refuse("alice", now) == 4);
  CHECK(limiter.refuse("alice", now + std::chrono::seconds{3}) == 1);
}

TEST_CASE("rate limiter: a time that comes late -> gives nothing back", "[call_server][unit]") {
  // Threads look at the clock before they have the lock: a later look may be taken first.
  RateLimiter limiter(Rate{1, 2});
  const SteadyTime late{std::chrono::seconds{10}};
  CHECK_FALSE(limiter.refuse("alice", late));
  CHECK_FALSE(limiter.refuse("alice", late - std::chrono::seconds{5}));
  CHECK(limiter.refuse("alice", late));
}

TEST_CASE("rate limiter: a user without requests -> forgotten", "[call_server][unit]") {
  RateLimiter limiter(Rate{1, 1});
  SteadyTime now{};
  for (int i = 0; i < 1024; ++i) limiter.refuse(std::to_string(i), now);
  CHECK(limiter.remembered() == 1024);
  now += std::chrono::hours{1};
  limiter.refuse("alice", now);
  CHECK(limiter.remembered() == 1);
}

TEST_CASE("rate limiter: a user who still has to wait -> not forgotten", "[call_server][unit]") {
  RateLimiter limiter(Rate{1, 1});
  const SteadyTime now{};
  for (int i = 0; i < 1025; ++i) limiter.refuse(std::to_string(i), now);
  CHECK(limiter.refuse("0", now));
}

}  // namespace call_server
