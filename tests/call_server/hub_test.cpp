#include "hub.hpp"

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "rate_limiter.hpp"
#include "tests/support/catch.hpp"

namespace call_server {
namespace {

class RecordingClient final : public Client {
 public:
  void send(Frame frame) override { heard.push_back(*frame); }
  void close(Goodbye why) override { closed.push_back(why); }

  std::vector<std::string> heard;
  std::vector<Goodbye> closed;
};

struct World {
  Hub hub;
  std::shared_ptr<RecordingClient> one = std::make_shared<RecordingClient>();
  std::shared_ptr<RecordingClient> other = std::make_shared<RecordingClient>();
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
  REQUIRE(hub.reserve(1, "call.1", 1));
  REQUIRE(hub.activate(1, "call.1"));
  hub.revoke("call.1", "alice");
  hub.closeAll();
  hub.closeExpired(SystemTime{});
  REQUIRE(hub.add(asker, {"alice", SystemTime{}, "id"}, 1) != 0);
  hub.signOut({"alice", SystemTime{}, "id"});
  CHECK(asker->answered == 6);
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

TEST_CASE("hub: a right is revoked -> its clients are told", "[call_server][unit]") {
  World world;
  for (const char* channel : {"call.1", "call.2", "call.3"}) {
    REQUIRE(world.hub.reserve(world.alice, channel, 10));
    if (std::string{channel} != "call.3") REQUIRE(world.hub.activate(world.alice, channel));
  }
  world.hub.revoke("call.1", "alice");
  CHECK(world.one->heard ==
        std::vector<std::string>{R"({"event":"revoked","channel":"call.1","data":null})"});
  world.hub.revokeAll("call.2");
  world.hub.revoke("call.3", "alice");  // is about to be answered
  world.hub.revoke("call.3", "bob");
  world.hub.revoke("call.4", "alice");
  CHECK(world.one->heard.size() == 1);
  CHECK(world.other->heard.empty());
}

TEST_CASE("hub: signed out -> its own clients end and get nothing more", "[call_server][unit]") {
  World world;
  const Session session{"alice", world.start + std::chrono::hours{1}, "this"};
  const Session elsewhere{"alice", world.start + std::chrono::hours{1}, "elsewhere"};
  const auto here = std::make_shared<RecordingClient>();
  const auto there = std::make_shared<RecordingClient>();
  REQUIRE(world.hub.add(here, session, 10) != 0);
  REQUIRE(world.hub.add(there, elsewhere, 10) != 0);
  CHECK_FALSE(world.hub.isSignedOut(session));
  world.hub.signOut(session);
  CHECK(world.hub.isSignedOut(session));
  CHECK_FALSE(world.hub.isSignedOut(elsewhere));
  CHECK(here->closed == std::vector<Goodbye>{Goodbye::signedOut});
  CHECK(there->closed.empty());
  world.hub.publish("user.alice", "x", "{}");
  CHECK(here->heard.empty());
  CHECK(there->heard.size() == 1);
  // One whose handshake was under way.
  CHECK(world.hub.add(here, session, 10) == 0);
  // It is of no use any more once it has expired.
  world.hub.closeExpired(session.expires);
  CHECK_FALSE(world.hub.isSignedOut(session));
}

TEST_CASE("hub: very many sign out -> those that expire first are forgotten", "[call_server][unit]") {
  World world;
  const auto session = [&](int number) {
    return Session{"alice", world.start + std::chrono::seconds{number}, std::to_string(number)};
  };
  constexpr int most = 65'536;
  for (int i = 0; i <= most; ++i) world.hub.signOut(session(i));
  CHECK_FALSE(world.hub.isSignedOut(session(0)));
  CHECK(world.hub.isSignedOut(session(1)));
  CHECK(world.hub.isSignedOut(session(most)));
}

TEST_CASE("hub: what is to be looked at again -> all but the users' own channels", "[call_server][unit]") {
  World world;
  REQUIRE(world.hub.reserve(world.alice, "call.1", 10));
  CHECK(world.hub.clientIds().size() == 2);
  CHECK(world.hub.rightsOf(world.alice).user == "alice");
  CHECK(world.hub.rightsOf(world.alice).channels == std::vector<std::string>{"call.1"});
  CHECK(world.hub.rightsOf(world.bob).channels.empty());
  world.hub.remove(world.bob);
  CHECK(world.hub.rightsOf(world.bob).user.empty());
}

TEST_CASE("hub: a client -> not kept alive", "[call_server][unit]") {
  World world;
  std::weak_ptr<RecordingClient> watched = world.one;
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
