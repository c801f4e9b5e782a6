// The storage stalls: what needs it is answered in time, and everything else at once.

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "messenger/adapters/sqlite.hpp"
#include "messenger/testing/faulty_storage.hpp"
#include "tests/call_server/server_world.hpp"
#include "tests/support/catch.hpp"

namespace call_server::tests {
namespace {

using messenger::testing::FaultyStorage;
using messenger::testing::StorageOperation;

/// Commits wait from `begin` until `go`, as for a lock of somebody else.
class Stall {
 public:
  Stall() = default;
  ~Stall() { go(); }
  Stall(const Stall&) = delete;
  Stall& operator=(const Stall&) = delete;

  void begin(FaultyStorage& storage) {
    storage.failIf(
        [state = state_](const StorageOperation& operation) {
          if (operation.name != "commit") return false;
          ++state->waiting;
          state->opened.wait();
          return false;
        },
        messenger::testing::Fault::before);
  }
  void go() {
    if (!std::exchange(gone_, true)) state_->open.set_value();
  }
  [[nodiscard]] int waiting() const { return state_->waiting; }

 private:
  struct State {
    std::promise<void> open;
    std::shared_future<void> opened = open.get_future().share();
    std::atomic<int> waiting{0};
  };

  std::shared_ptr<State> state_ = std::make_shared<State>();
  bool gone_ = false;
};

struct StallingWorld {
  static constexpr std::chrono::hours patience{1};

  StallingWorld()
      : server([&](CallServer::Parts& parts) {
          storage = std::make_shared<FaultyStorage>(std::move(parts.storage));
          parts.storage = storage;
          parts.settings.blocking = 1;
          parts.settings.limits.queueing = patience;
        }) {}

  /// The answer, when all that waits has waited for longer than it may.
  [[nodiscard]] Reply late(Connection& connection) const {
    REQUIRE(eventually([&] {
      server.server->refuseLate(Lane::Clock::now() + patience);
      return connection.hasAnswered();
    }));
    return connection.receive();
  }

  [[nodiscard]] std::unique_ptr<Connection> posted(const std::string& cookie, const std::string& path) const {
    auto connection = std::make_unique<Connection>(server.port);
    connection->send("POST " + path + " HTTP/1.1\r\nHost: x\r\nCookie: " + cookie +
                     "\r\nContent-Length: 0\r\n\r\n");
    return connection;
  }

  std::shared_ptr<FaultyStorage> storage;
  ServerWorld server;
};

}  // namespace

TEST_CASE("stalls: writes wait for a lock -> others are answered and those behind them are refused in time",
          "[call_server]") {
  StallingWorld world;
  const std::string call = world.server.start("alice", "team");
  WebClient alice = world.server.clientOf("alice");
  WebClient nobody = world.server.client();
  SocketClient socket = world.server.socketOf("alice");
  REQUIRE(eventually([&] {  // no job commits meanwhile
    return world.server.server->messenger().host().findCall(messenger::CallId{call})->setupComplete;
  }));
  // From now on this process has its lease as a presence peer.
  REQUIRE(alice.post(callPath("team", call, "heartbeat")).status == 200);

  Stall stall;
  stall.begin(*world.storage);
  const auto first = world.posted(alice.cookie, callPath("alice-bob"));
  REQUIRE(eventually([&] { return stall.waiting() == 1; }));
  for (const char* verb : {"leave", "join", "end"}) {
    INFO(verb);
    const Reply refused = world.late(*world.posted(alice.cookie, callPath("team", call, verb)));
    CHECK(refused.status == 503);
    CHECK(refused.reason() == "busy");
    CHECK(std::stoi(refused.headers.at("retry-after")) > 0);
  }
  for (const char* target : {"/", "/style.css", "/users", "/session", "/conversations",
                             "/conversations/team/history", "/api/messenger/active-calls"}) {
    INFO(target);
    CHECK(alice.get(target).status == 200);
  }
  WebClient admin = world.server.admin();
  for (const char* target : {"/healthz", "/metrics"}) CHECK(admin.get(target).status == 200);
  CHECK(alice.post(callPath("team", call, "heartbeat")).status == 200);
  CHECK(alice.get(callPath("team", call, "heartbeat") + "?x=1").status == 200);
  CHECK(nobody.post(callPath("team")).status == 401);
  CHECK(nobody.signIn("bob").get("/nothing").status == 404);
  CHECK(socket.subscribe("thread.team")["event"] == "subscribed");
  CHECK_FALSE(first->hasAnswered());
  CHECK(stall.waiting() == 1);
  CHECK(admin.get("/metrics").body.find(R"(call_server_requests_total{route="refused",status="503"} 3)") !=
        std::string::npos);

  stall.go();
  CHECK(first->receive().status == 201);
  CHECK(alice.post(callPath("team", call, "end")).status == 200);
}

TEST_CASE("stalls: heartbeats while everything waits -> answered from memory", "[call_server]") {
  StallingWorld world;
  const std::string call = world.server.start("alice", "team");
  WebClient alice = world.server.clientOf("alice");
  REQUIRE(alice.post(callPath("team", call, "heartbeat")).status == 200);
  world.storage->failIf([](const StorageOperation&) { return true; }, messenger::testing::Fault::before);
  CHECK(alice.post(callPath("team", call, "heartbeat")).status == 200);
  CHECK(alice.post(callPath("team", call, "leave")).status == 503);
  CHECK(world.server.admin().get("/healthz").status == 503);
  CHECK(alice.get("/users").status == 200);
}

TEST_CASE("stalls: the server stops meanwhile -> the waiting are refused and the running one is answered",
          "[call_server]") {
  StallingWorld world;
  WebClient alice = world.server.clientOf("alice");
  std::jthread stopping;
  Stall stall;
  stall.begin(*world.storage);
  const auto first = world.posted(alice.cookie, callPath("team"));
  REQUIRE(eventually([&] { return stall.waiting() == 1; }));
  std::vector<std::unique_ptr<Connection>> others;
  for (int i = 0; i < 3; ++i) others.push_back(world.posted(alice.cookie, callPath("alice-bob")));
  REQUIRE(eventually([&] { return world.server.server->connections() == 5; }));  // all are accepted
  stopping = std::jthread([&] { world.server.server->stop(); });
  for (const auto& each : others) {
    const Reply refused = each->receive();
    CHECK(refused.status == 503);
    CHECK(refused.reason() == "stopping");
    CHECK(refused.headers.at("connection") == "close");
  }
  CHECK_FALSE(first->hasAnswered());
  stall.go();
  CHECK(first->receive().status == 201);
}

}  // namespace call_server::tests
