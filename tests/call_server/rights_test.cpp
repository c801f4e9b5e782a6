// A subscription ends with the right to it, whoever takes the right away.

#include <chrono>
#include <memory>
#include <string>

#include "channels.hpp"
#include "demo_users.hpp"
#include "messenger/adapters/sqlite.hpp"
#include "messenger/errors.hpp"
#include "messenger/testing/faulty_storage.hpp"
#include "tests/call_server/server_world.hpp"
#include "tests/support/catch.hpp"

namespace call_server::tests {
namespace {

using messenger::CallId;
using messenger::ThreadId;

/// Looks at all rights as often as the test wants to; the server's own rounds come too late.
void neverByItself(CallServer::Parts& parts) {
  parts.settings.rightsInterval = std::chrono::hours{1};
}

/// Another process on the same file.
messenger::Messenger& openAgain(const ServerWorld& world, std::unique_ptr<messenger::Messenger>& held) {
  messenger::Config config;
  config.calling.enabled = true;
  held =
      std::make_unique<messenger::Messenger>(config, messenger::sqliteStorage(world.folder.file("calls.db")));
  return *held;
}

std::size_t look(ServerWorld& world) {
  return revokeLostRights(world.server->messenger(), world.server->hub(), [] { return false; });
}

}  // namespace

TEST_CASE("rights: a member is removed -> loses the channels of the thread and its call", "[call_server]") {
  ServerWorld world(neverByItself);
  const std::string call = world.start("alice", "team");
  REQUIRE(world.clientOf("bob").post(callPath("team", call, "join")).status == 201);
  SocketClient bob = world.socketOf("bob");
  SocketClient carol = world.socketOf("carol");
  REQUIRE(bob.subscribe("thread.team")["event"] == "subscribed");
  REQUIRE(bob.subscribe("call." + call)["event"] == "subscribed");
  REQUIRE(carol.subscribe("thread.team")["event"] == "subscribed");

  REQUIRE(world.server->messenger().threads().removeMember(ThreadId{"team"}, userId("bob")));
  CHECK(eventually([&] { return !world.server->hub().hasSubscribers("call." + call); }));
  while (bob.waitFor("revoked")["channel"] != "thread.team") {
  }
  CHECK(world.server->hub().hasSubscribers("thread.team"));  // carol's
  CHECK(bob.subscribe("thread.team")["reason"] == "notMember");
  CHECK(bob.subscribe("call." + call)["reason"] == "notMember");
}

TEST_CASE("rights: another process removes a member -> the next look ends the subscription",
          "[call_server]") {
  ServerWorld world(neverByItself);
  SocketClient bob = world.socketOf("bob");
  SocketClient carol = world.socketOf("carol");
  for (SocketClient* each : {&bob, &carol}) REQUIRE(each->subscribe("thread.team")["event"] == "subscribed");
  std::unique_ptr<messenger::Messenger> held;
  REQUIRE(openAgain(world, held).threads().removeMember(ThreadId{"team"}, userId("bob")));
  CHECK(look(world) == 0);
  CHECK(bob.waitFor("revoked")["channel"] == "thread.team");
  CHECK(bob.subscribe("thread.team")["reason"] == "notMember");
  carol.send("{}");
  CHECK(carol.next()["event"] == "refused");  // she was told nothing before
  CHECK(world.server->hub().hasSubscribers("thread.team"));
}

TEST_CASE("rights: another process kicks or takes out or ends -> the next look ends the subscription",
          "[call_server]") {
  const int how = GENERATE(0, 1, 2);
  ServerWorld world(neverByItself);
  const CallId call{world.start("alice", "team")};
  const std::string channel = "call." + call.value();
  REQUIRE(world.clientOf("bob").post(callPath("team", call.value(), "join")).status == 201);
  SocketClient bob = world.socketOf("bob");
  REQUIRE(bob.subscribe(channel)["event"] == "subscribed");
  CHECK(look(world) == 0);
  REQUIRE(world.server->hub().hasSubscribers(channel));

  std::unique_ptr<messenger::Messenger> held;
  messenger::Messenger& other = openAgain(world, held);
  const auto row = other.host().participants(call).at(1).id;
  if (how == 0) REQUIRE(other.kickParticipant(call, userId("alice"), row));
  if (how == 1) REQUIRE(other.leaveCall(call, userId("bob")));
  if (how == 2) REQUIRE(other.host().endCall(call));
  CHECK(world.server->hub().hasSubscribers(channel));
  CHECK(look(world) == 0);
  CHECK(bob.waitFor("revoked")["channel"] == channel);
  const char* reason = how == 0 ? "kicked" : how == 1 ? "notInCall" : "callEnded";
  CHECK(bob.subscribe(channel)["reason"] == reason);
}

TEST_CASE("rights: the server's own rounds -> find what another process did", "[call_server]") {
  ServerWorld world(
      [](CallServer::Parts& parts) { parts.settings.rightsInterval = std::chrono::milliseconds{10}; });
  SocketClient bob = world.socketOf("bob");
  REQUIRE(bob.subscribe("thread.team")["event"] == "subscribed");
  std::unique_ptr<messenger::Messenger> held;
  REQUIRE(openAgain(world, held).threads().removeMember(ThreadId{"team"}, userId("bob")));
  CHECK(bob.waitFor("revoked")["channel"] == "thread.team");
}

TEST_CASE("rights: the storage fails -> subscriptions stay", "[call_server]") {
  std::shared_ptr<messenger::testing::FaultyStorage> storage;
  ServerWorld world([&](CallServer::Parts& parts) {
    neverByItself(parts);
    storage = std::make_shared<messenger::testing::FaultyStorage>(parts.storage);
    parts.storage = storage;
  });
  const std::string call = world.start("alice", "team");
  SocketClient alice = world.socketOf("alice");
  REQUIRE(alice.subscribe("thread.team")["event"] == "subscribed");
  REQUIRE(alice.subscribe("call." + call)["event"] == "subscribed");
  storage->failIf([](const auto&) { return true; }, messenger::testing::Fault::before);
  CHECK_THROWS_AS(look(world), messenger::StorageUnavailable);
  storage->heal();
  CHECK(look(world) == 0);
  CHECK(world.server->hub().hasSubscribers("thread.team"));
  CHECK(world.server->hub().hasSubscribers("call." + call));
}

TEST_CASE("rights: a look that is to stop -> ends before the next question", "[call_server]") {
  ServerWorld world(neverByItself);
  SocketClient bob = world.socketOf("bob");
  REQUIRE(bob.subscribe("thread.team")["event"] == "subscribed");
  std::unique_ptr<messenger::Messenger> held;
  REQUIRE(openAgain(world, held).threads().removeMember(ThreadId{"team"}, userId("bob")));
  CHECK(revokeLostRights(world.server->messenger(), world.server->hub(), [] { return true; }) == 0);
  CHECK(world.server->hub().hasSubscribers("thread.team"));
}

TEST_CASE("rights: a user signs out -> the sockets of this session end and no others", "[call_server]") {
  ServerWorld world;
  WebClient here = world.clientOf("alice");
  SocketClient socket(world.port, here.cookie);
  SocketClient other = world.socketOf("alice");
  SocketClient bob = world.socketOf("bob");
  CHECK(here.request("DELETE", "/session", "").status == 204);
  CHECK(socket.waitForClose() == 1008);
  CHECK(here.get("/session").status == 401);
  CHECK(handshake(world.port, "Origin: http://127.0.0.1:" + std::to_string(world.port) +
                                  "\r\nCookie: " + here.cookie + "\r\n")
            .status == 401);
  for (SocketClient* each : {&other, &bob}) CHECK(each->subscribe("thread.team")["event"] == "subscribed");
}

TEST_CASE("rights: another sign-in on the same browser -> ends the session before", "[call_server]") {
  ServerWorld world;
  WebClient client = world.clientOf("alice");
  SocketClient socket(world.port, client.cookie);
  const std::string before = client.cookie;
  client.signIn("bob");
  CHECK(socket.waitForClose() == 1008);
  CHECK(client.get("/session").json()["user"]["id"] == "bob");
  client.cookie = before;
  CHECK(client.get("/session").status == 401);
}

}  // namespace call_server::tests
