#include <chrono>
#include <future>
#include <string>
#include <thread>

#include "conversations.hpp"
#include "messenger/testing/faulty_storage.hpp"
#include "tests/call_server/server_world.hpp"
#include "tests/support/catch.hpp"

namespace call_server::tests {
namespace {

using messenger::CallId;
using std::chrono::seconds;

/// A server whose time stands still until the test moves it.
struct TimedWorld {
  std::shared_ptr<messenger::testing::ManualClock> clock =
      std::make_shared<messenger::testing::ManualClock>();
  ServerWorld world;

  explicit TimedWorld(const ServerWorld::Change& change = {})
      : world([this, change](CallServer::Parts& parts) {
          parts.clock = clock;
          if (change) change(parts);
        }) {}

  messenger::Messenger& messenger() { return world.server->messenger(); }
};

bool isRefused(std::uint16_t port) {
  try {
    const Connection connection(port);
    return false;
  } catch (const std::runtime_error&) {
    return true;
  }
}

}  // namespace

TEST_CASE("calls: the server restarts -> the call is found and nobody is evicted too early",
          "[call_server]") {
  TimedWorld timed;
  ServerWorld& world = timed.world;
  const std::string call = world.start("alice", "alice-bob");
  REQUIRE(world.clientOf("bob").post(callPath("alice-bob", call, "join")).status == 201);
  WebClient alice = world.clientOf("alice");

  timed.clock->advance(std::chrono::minutes{10});  // no heartbeat could arrive while the server was down
  world.restart();
  timed.messenger().host().checkActivity();
  const Reply found = alice.get("/conversations");
  CHECK(found.status == 200);  // the sign-in holds: its key is kept
  CHECK(found.json()[0]["active_call"]["participants"] == 2);
  CHECK(alice.post(callPath("alice-bob", call, "heartbeat")).status == 200);

  // Bob stays silent and is evicted after the TTL of grace; alice is not.
  timed.clock->advance(seconds{50});
  REQUIRE(alice.post(callPath("alice-bob", call, "heartbeat")).status == 200);
  timed.clock->advance(seconds{11});
  timed.messenger().host().checkActivity();
  CHECK(alice.get("/conversations").json()[0]["active_call"]["participants"] == 1);
  CHECK(timed.messenger().host().findCall(CallId{call})->active());
  CHECK(alice.post(callPath("alice-bob", call, "end")).status == 200);
  CHECK(eventually([&] { return timed.messenger().host().findCall(CallId{call})->teardownComplete; }));
}

TEST_CASE("calls: a participant is silent -> evicted without a request", "[call_server]") {
  ServerWorld world([](CallServer::Parts& parts) {
    auto& presence = parts.config.presence;
    presence.ttl = presence.checkInterval = seconds{1};
    presence.writeBehind = presence.newCallGrace = seconds{0};
  });
  const CallId call{world.start("alice", "alice-bob")};
  CHECK(eventually([&] { return !world.server->messenger().host().findCall(call)->active(); }));
}

TEST_CASE("calls: the history -> start time and duration", "[call_server]") {
  TimedWorld timed;
  const std::string begun = timeText(timed.clock->now().wall);
  const std::string call = timed.world.start("alice", "alice-bob");
  timed.clock->advance(std::chrono::milliseconds{45'600});
  WebClient alice = timed.world.clientOf("alice");
  CHECK(alice.get("/conversations").json()[0]["active_call"]["created_at"] == begun);
  REQUIRE(alice.post(callPath("alice-bob", call, "end")).status == 200);
  Json past = alice.get("/conversations/alice-bob/history").json()["calls"][0];
  CHECK(past["started_at"] == begun);
  CHECK(past["duration_seconds"] == 45);

  using std::chrono::milliseconds;
  const auto day = std::chrono::sys_days{std::chrono::year{2026} / 5 / 1};
  CHECK(timeText(messenger::TimePoint{day + milliseconds{3'723'004}}) == "2026-05-01T01:02:03.004Z");
}

TEST_CASE("calls: the history -> what it was to who asks, and with whom", "[call_server]") {
  ServerWorld world([](CallServer::Parts& parts) { parts.config.ringing.enabled = true; });
  const std::string call = world.start("alice", "team");
  REQUIRE(world.clientOf("bob").post(callPath("team", call, "join")).status == 201);
  REQUIRE(world.clientOf("carol").post(callPath("team", call, "ignore")).status == 200);
  REQUIRE(world.clientOf("alice").post(callPath("team", call, "end")).status == 200);
  const auto pastOf = [&](const std::string& user) {
    return world.clientOf(user).get("/conversations/team/history").json()["calls"][0];
  };
  CHECK(pastOf("alice")["part"] == "outgoing");
  CHECK(pastOf("alice")["with"] == Json::parse(R"([{"id":"bob","name":"Bob"}])"));
  CHECK(pastOf("alice")["with_more"] == false);
  CHECK(pastOf("alice")["type"] == "video");
  CHECK(pastOf("bob")["part"] == "answered");
  CHECK(pastOf("bob")["with"][0]["id"] == "alice");
  CHECK(pastOf("carol")["part"] == "declined");
  CHECK(pastOf("carol")["with"].size() == 2);
  CHECK(pastOf("dave")["part"] == "missed");
}

TEST_CASE("calls: an active call with limits -> says when it ends", "[call_server]") {
  TimedWorld timed([](CallServer::Parts& parts) {
    parts.config.limits.duration = std::chrono::hours{1};
    parts.config.limits.emptyGrace = seconds{30};
  });
  const auto begun = timed.clock->now().wall;
  const std::string call = timed.world.start("alice", "alice-bob");
  WebClient bob = timed.world.clientOf("bob");
  const auto active = [&] { return bob.get("/conversations").json()[0]["active_call"]; };
  CHECK(active()["warns_at"] == timeText(begun + std::chrono::minutes{59}));
  CHECK(active()["ends_at"] == timeText(begun + std::chrono::hours{1}));
  CHECK(active()["empty_until"].is_null());
  timed.clock->advance(seconds{10});
  REQUIRE(timed.world.clientOf("alice").post(callPath("alice-bob", call, "leave")).status == 200);
  CHECK(active()["empty_until"] == timeText(begun + seconds{40}));
}

TEST_CASE("calls: the demo's conversations -> made once", "[call_server]") {
  ServerWorld world;
  REQUIRE(world.server->messenger().threads().setSubject(messenger::ThreadId{"team"}, "Renamed"));
  world.restart();
  const Json conversations = world.clientOf("alice").get("/conversations").json();
  REQUIRE(conversations.size() == 2);
  CHECK(conversations[1]["name"] == "Renamed");
}

TEST_CASE("calls: stopped during a request -> the request finishes", "[call_server]") {
  ServerWorld world(
      [](CallServer::Parts& parts) { parts.settings.limits.stopping = std::chrono::minutes{2}; });
  WebClient alice = world.clientOf("alice");
  const std::string head = " HTTP/1.1\r\nHost: x\r\n";
  Connection idle(world.port);
  idle.send("GET /users" + head + "\r\n");
  REQUIRE(idle.receive().status == 200);
  Connection starting(world.port);
  starting.send("POST " + callPath("team") + head + "Cookie: " + alice.cookie +
                "\r\nContent-Length: 2\r\n\r\n{");
  Connection asking(world.adminPort);
  asking.send("GET /healthz" + head);
  REQUIRE(eventually([&] { return world.server->connections() == 4; }));
  std::jthread stopping([&] { world.server->stop(); });
  REQUIRE(idle.isClosed());
  // It is stopping, accepts no further connection, and waits for the rest of these two requests.
  CHECK(eventually([&] { return isRefused(world.port); }));
  starting.send("}");
  const Reply reply = starting.receive();
  CHECK(reply.status == 201);
  CHECK(reply.headers.at("connection") == "close");
  CHECK(starting.isClosed());
  asking.send("\r\n");
  CHECK(asking.receive().reason() == "stopping");
}

TEST_CASE("calls: stopped -> waits no longer than set and not for idle connections", "[call_server]") {
  const bool dawdles = GENERATE(true, false);
  ServerWorld world([&](CallServer::Parts& parts) {
    const std::chrono::milliseconds ever = std::chrono::hours{1};
    parts.settings.limits.reading = parts.settings.limits.idle = ever;
    parts.settings.limits.stopping = dawdles ? std::chrono::milliseconds{100} : ever;
  });
  // Others were here before, and have gone.
  for (int i = 0; i < 8; ++i) REQUIRE(world.client().get("/users").status == 200);
  REQUIRE(eventually([&] { return world.server->connections() == 0; }));
  std::future<void> stopped;
  Connection connection(world.port);
  connection.send("GET /users HTTP/1.1\r\nHost: x\r\n");
  if (!dawdles) {
    connection.send("\r\n");
    REQUIRE(connection.receive().status == 200);
  }
  REQUIRE(eventually([&] { return world.server->connections() == 1; }));
  stopped = std::async(std::launch::async, [&] { world.server->stop(); });
  CHECK(stopped.wait_for(seconds{20}) == std::future_status::ready);
}

TEST_CASE("calls: the storage fails -> reported and heartbeats still work", "[call_server]") {
  std::shared_ptr<messenger::testing::FaultyStorage> storage;
  ServerWorld world([&](CallServer::Parts& parts) {
    storage = std::make_shared<messenger::testing::FaultyStorage>(parts.storage);
    parts.storage = storage;
  });
  const std::string call = world.start("alice", "team");
  WebClient alice = world.clientOf("alice");
  SocketClient socket = world.socketOf("alice");
  storage->failIf([](const auto&) { return true; }, messenger::testing::Fault::before);
  WebClient admin = world.admin();
  for (const std::string& path : {std::string{"/healthz"}, std::string{"/conversations"}, callPath("team")}) {
    INFO(path);
    const Reply reply = path == "/healthz" ? admin.get(path) : alice.get(path);
    CHECK(reply.status == 503);
    CHECK(std::stoi(reply.headers.at("retry-after")) > 0);
  }
  CHECK(alice.post(callPath("team", call, "heartbeat")).status == 200);
  CHECK(eventually(
      [&] { return world.logger->has(messenger::LogLevel::warning, "cannot read whether calls are down"); }));
  CHECK(socket.subscribe("call." + call)["reason"] == "unavailable");
  storage->heal();
  CHECK(admin.get("/healthz").status == 200);
}

TEST_CASE("calls: the storage stalls -> heartbeats and pushes do not wait", "[call_server]") {
  std::shared_ptr<messenger::testing::FaultyStorage> storage;
  ServerWorld world([&](CallServer::Parts& parts) {
    storage = std::make_shared<messenger::testing::FaultyStorage>(parts.storage);
    parts.storage = storage;
    parts.settings.limits.waitingRequests = 8;
  });
  const std::string call = world.start("alice", "team");
  WebClient alice = world.clientOf("alice");
  SocketClient socket = world.socketOf("alice");
  std::promise<void> open;
  const std::shared_future<void> opened = open.get_future().share();
  storage->failIf(
      [opened](const messenger::testing::StorageOperation& operation) {
        if (operation.name == "activeCalls") opened.wait();
        return false;
      },
      messenger::testing::Fault::before);

  // As many as there are threads for them, as many as may wait, and more.
  std::vector<std::unique_ptr<Connection>> waiting;
  const std::string request =
      "GET /conversations HTTP/1.1\r\nHost: x\r\nCookie: " + alice.cookie + "\r\n\r\n";
  bool busy = false;
  while (!busy) {
    waiting.push_back(std::make_unique<Connection>(world.port));
    waiting.back()->send(request);
    CHECK(alice.post(callPath("team", call, "heartbeat")).status == 200);
    busy = waiting.back()->hasAnswered();
    REQUIRE(waiting.size() < 1000);
  }
  const Reply refused = waiting.back()->receive();
  CHECK(refused.reason() == "busy");
  CHECK(refused.headers.at("retry-after") == "1");
  CHECK(socket.subscribe("thread.team")["reason"] == "busy");
  world.server->hub().publish("user.alice", "test", "1");
  CHECK(socket.waitFor("test")["data"] == 1);
  open.set_value();
  CHECK(waiting.front()->receive().status == 200);
  waiting.pop_back();
  waiting.erase(waiting.begin());
  for (const auto& each : waiting) (void)each->receive();
  for (int i = 0; i < 20; ++i) CHECK(alice.get("/session").status == 200);
}

TEST_CASE("calls: declined -> ends in a private thread and continues in a group", "[call_server]") {
  ServerWorld world;
  SocketClient alice = world.socketOf("alice");
  const std::string call = world.start("alice", "alice-bob");
  CHECK(world.clientOf("bob").post(callPath("alice-bob", call, "ignore")).status == 200);
  CHECK(alice.waitFor("call.ended")["data"]["id"] == call);
  CHECK(world.clientOf("bob").get("/conversations/alice-bob/history").json()["calls"][0]["end_reason"] ==
        "declined");
  CHECK(world.clientOf("bob").post(callPath("team")).reason() == "mayNotStart");
}

}  // namespace call_server::tests
