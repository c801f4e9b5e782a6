#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "messenger/testing/manual_clock.hpp"
#include "tests/call_server/server_world.hpp"
#include "tests/support/catch.hpp"

namespace call_server::tests {

TEST_CASE("sockets: a call starts -> rings on the others' pages", "[call_server]") {
  ServerWorld world;
  SocketClient alice = world.socketOf("alice");
  SocketClient bob = world.socketOf("bob");
  SocketClient carol = world.socketOf("carol");
  const std::string call = world.start("alice", "alice-bob");
  const Json ring = bob.waitFor("incoming.call");
  CHECK(ring["channel"] == "user.bob");
  CHECK(ring["data"]["call"]["id"] == call);
  CHECK(ring["data"]["sender"]["name"] == "Alice");
  CHECK(ring.dump().find("room") == std::string::npos);

  world.clientOf("bob").post(callPath("alice-bob", call, "join"));
  CHECK(bob.waitFor("joined.call")["data"]["id"] == call);
  world.clientOf("alice").post(callPath("alice-bob", call, "end"));
  CHECK(bob.waitFor("call.ended")["data"]["id"] == call);
  CHECK(alice.waitFor("call.ended")["channel"] == "user.alice");
  // What carol hears first is what she asks for: nothing of theirs came before.
  carol.send(R"({"subscribe":"thread.team"})");
  CHECK(carol.next()["event"] == "subscribed");
}

TEST_CASE("sockets: a subscription -> allowed only with the right to it", "[call_server]") {
  ServerWorld world;
  const std::string call = world.start("alice", "alice-bob");
  SocketClient alice = world.socketOf("alice");
  SocketClient bob = world.socketOf("bob");
  SocketClient carol = world.socketOf("carol");
  CHECK(alice.subscribe("thread.alice-bob")["event"] == "subscribed");
  CHECK(alice.subscribe("user.alice")["event"] == "subscribed");
  CHECK(alice.subscribe("call." + call)["event"] == "subscribed");
  CHECK(bob.subscribe("thread.alice-bob")["event"] == "subscribed");
  CHECK(bob.subscribe("call." + call)["reason"] == "notInCall");
  CHECK(carol.subscribe("thread.alice-bob")["reason"] == "notMember");
  CHECK(carol.subscribe("call." + call)["reason"] == "notMember");
  CHECK(carol.subscribe("user.alice")["reason"] == "unknownChannel");
  CHECK(carol.subscribe("messenger.user.alice")["reason"] == "unknownChannel");
  CHECK(carol.subscribe("thread.nothing")["reason"] == "threadNotFound");
  CHECK(carol.subscribe("call.nothing")["reason"] == "callNotFound");
  carol.send("{}");
  CHECK(carol.next()["reason"] == "malformedMessage");
  carol.send("not json");
  CHECK(carol.next()["reason"] == "malformedMessage");
  CHECK(carol.subscribe("thread.team")["event"] == "subscribed");
}

TEST_CASE("sockets: calls of a thread change -> its channel is notified", "[call_server]") {
  ServerWorld world;
  SocketClient dave = world.socketOf("dave");
  REQUIRE(dave.subscribe("thread.team")["event"] == "subscribed");
  const std::string call = world.start("alice", "team");
  // Each change tells once, so that each of these waits for one of its own.
  const auto tells = [&] {
    return dave.waitFor("thread.calls")["data"] == Json{{"thread", "team"}, {"call", call}};
  };
  CHECK(tells());  // started
  CHECK(tells());  // its room is there
  WebClient alice = world.clientOf("alice");
  WebClient bob = world.clientOf("bob");
  REQUIRE(bob.post(callPath("team", call, "join")).status == 201);
  CHECK(tells());
  REQUIRE(bob.post(callPath("team", call, "leave")).status == 200);
  CHECK(tells());
  const std::string seat = alice.get(callPath("team", call, "participants")).json()[1]["id"];
  REQUIRE(alice.request("PUT", callPath("team", call, "participants/" + seat), R"({"kicked":true})").status ==
          200);
  CHECK(tells());
  REQUIRE(alice.post(callPath("team", call, "end")).status == 200);
  CHECK(tells());
}

TEST_CASE("sockets: users join and leave -> the call's channel is notified until the call ends",
          "[call_server]") {
  ServerWorld world;
  const std::string call = world.start("alice", "team");
  const std::string channel = "call." + call;
  REQUIRE(eventually(
      [&] { return world.server->messenger().host().findCall(messenger::CallId{call})->setupComplete; }));
  WebClient alice = world.clientOf("alice");
  WebClient bob = world.clientOf("bob");
  SocketClient socket = world.socketOf("alice");
  REQUIRE(socket.subscribe(channel)["event"] == "subscribed");
  REQUIRE(bob.post(callPath("team", call, "join")).status == 201);
  CHECK(socket.waitFor("call.participants")["channel"] == channel);
  REQUIRE(bob.post(callPath("team", call, "leave")).status == 200);
  CHECK(socket.waitFor("call.participants")["data"]["call"] == call);
  REQUIRE(alice.post(callPath("team", call, "end")).status == 200);
  CHECK(eventually([&] { return !world.server->hub().hasSubscribers(channel); }));
  CHECK(socket.subscribe(channel)["reason"] == "callEnded");
}

TEST_CASE("sockets: a callee stops ringing, or rings again -> the call's channel hears of it",
          "[call_server]") {
  ServerWorld world([](CallServer::Parts& parts) {
    parts.config.ringing.enabled = true;
    parts.config.ringing.againAfter = std::chrono::seconds{0};
  });
  const std::string call = world.start("alice", "team");
  SocketClient socket = world.socketOf("alice");
  REQUIRE(socket.subscribe("call." + call)["event"] == "subscribed");
  REQUIRE(world.clientOf("bob").post(callPath("team", call, "ignore")).status == 200);
  CHECK(socket.waitFor("call.rings")["data"]["call"] == call);
  REQUIRE(
      world.clientOf("alice").post(callPath("team", call, "rings"), R"({"callees":["user:bob"]})").status ==
      200);
  CHECK(socket.waitFor("call.rings")["data"]["call"] == call);
}

TEST_CASE("sockets: a user is out of the call -> its channel ends for them", "[call_server]") {
  ServerWorld world;
  const std::string call = world.start("alice", "team");
  WebClient alice = world.clientOf("alice");
  const auto join = [&](const std::string& user) {
    REQUIRE(world.clientOf(user).post(callPath("team", call, "join")).status < 300);
    SocketClient socket = world.socketOf(user);
    REQUIRE(socket.subscribe("call." + call)["event"] == "subscribed");
    return socket;
  };
  SocketClient bob = join("bob");
  SocketClient carol = join("carol");
  CHECK(bob.waitFor("call.participants")["data"]["call"] == call);  // carol came

  const Json everyone = alice.get(callPath("team", call, "participants")).json();
  const std::string kicked = everyone[1]["id"];
  REQUIRE(everyone[1]["owner_id"] == "bob");
  REQUIRE(
      alice.request("PUT", callPath("team", call, "participants/" + kicked), R"({"kicked":true})").status ==
      200);
  CHECK(carol.waitFor("call.participants")["channel"] == "call." + call);
  CHECK(bob.waitFor("call.kicked")["data"]["kicked"] == true);
  CHECK(bob.subscribe("call." + call)["reason"] == "kicked");

  world.clientOf("carol").post(callPath("team", call, "leave"));
  CHECK(carol.subscribe("call." + call)["reason"] == "notInCall");
  CHECK_FALSE(world.server->hub().hasSubscribers("call." + call));
}

TEST_CASE("sockets: a user leaves or is kicked -> loses the call's channel", "[call_server]") {
  const bool leaves = GENERATE(true, false);
  ServerWorld world;
  const std::string call = world.start("alice", "team");
  WebClient alice = world.clientOf("alice");
  WebClient bob = world.clientOf("bob");
  REQUIRE(bob.post(callPath("team", call, "join")).status == 201);
  SocketClient socket = world.socketOf("bob");
  REQUIRE(socket.subscribe("call." + call)["event"] == "subscribed");
  const std::string seat = alice.get(callPath("team", call, "participants")).json()[1]["id"];
  const Reply out =
      leaves ? bob.post(callPath("team", call, "leave"))
             : alice.request("PUT", callPath("team", call, "participants/" + seat), R"({"kicked":true})");
  REQUIRE(out.status == 200);
  CHECK(eventually([&] { return !world.server->hub().hasSubscribers("call." + call); }));
}

TEST_CASE("sockets: the room is set up or renewed -> call.ready", "[call_server]") {
  ServerWorld world;
  const std::string call = world.start("alice", "team");
  SocketClient alice = world.socketOf("alice");
  REQUIRE(alice.subscribe("call." + call)["event"] == "subscribed");
  REQUIRE(eventually(
      [&] { return world.server->messenger().host().findCall(messenger::CallId{call})->setupComplete; }));
  REQUIRE(world.server->messenger().host().renewRoom(messenger::CallId{call}).value());
  CHECK(alice.waitFor("call.ready")["data"]["call"] == call);
}

TEST_CASE("sockets: calls go down and up -> everyone is notified", "[call_server]") {
  ServerWorld world;
  SocketClient dave = world.socketOf("dave");
  REQUIRE(world.server->messenger().host().callsDown(std::chrono::minutes{30}));
  CHECK(dave.waitFor("calls.down")["data"]["down"] == true);
  CHECK(world.clientOf("dave").get("/session").json()["calls_down"] == true);
  CHECK(world.logger->has(messenger::LogLevel::info, "calls are down"));
  world.server->messenger().host().callsUp();
  CHECK(dave.waitFor("calls.down")["data"]["down"] == false);
}

TEST_CASE("sockets: the server stops -> sockets are closed properly", "[call_server]") {
  ServerWorld world;
  SocketClient alice = world.socketOf("alice");
  std::jthread stopping([&] { world.server->stop(); });
  CHECK(alice.waitForClose() == 1001);
}

namespace {

/// Holds up who sends to it.
class SlowClient final : public Client {
 public:
  void send(Frame /*frame*/) override {
    entered.set_value();
    released.get_future().wait();
  }
  void close(Goodbye /*why*/) override {}

  std::promise<void> entered;
  std::promise<void> released;
};

}  // namespace

TEST_CASE("sockets: a push during the stop -> may be the last holder of a socket", "[call_server]") {
  ServerWorld world(
      [](CallServer::Parts& parts) { parts.settings.limits.stopping = std::chrono::milliseconds{1}; });
  SocketClient alice = world.socketOf("alice");
  Hub& hub = world.server->hub();
  const auto slow = std::make_shared<SlowClient>();
  REQUIRE(hub.add(slow, Session{"alice", SystemTime::max()}, 2) != 0);
  std::jthread pushing([&] { hub.publish("user.alice", "test", "1"); });
  slow->entered.get_future().wait();
  world.server->stop();
  slow->released.set_value();
}

TEST_CASE("sockets: a sign-in expires -> its sockets end", "[call_server]") {
  const auto clock = std::make_shared<messenger::testing::ManualClock>();
  ServerWorld world([&](CallServer::Parts& parts) {
    parts.clock = clock;
    parts.settings.sessionLifetime = std::chrono::hours{1};
  });
  WebClient alice = world.clientOf("alice");
  SocketClient socket = world.socketOf("alice");
  clock->advance(std::chrono::minutes{59});
  CHECK(alice.get("/session").status == 200);
  CHECK(socket.subscribe("thread.team")["event"] == "subscribed");
  clock->advance(std::chrono::minutes{1});
  CHECK(alice.get("/session").status == 401);
  CHECK(socket.waitForClose() == 1008);
}

}  // namespace call_server::tests
