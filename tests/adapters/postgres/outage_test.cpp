// What clients get while the database is down, and who is evicted when it is back.
#include <array>

#include "messenger/adapters/defaults.hpp"
#include "messenger/messenger.hpp"
#include "messenger/testing/fake_video_driver.hpp"
#include "messenger/testing/manual_clock.hpp"
#include "tests/adapters/postgres/postgres_fixture.hpp"
#include "tests/jobs/patience.hpp"
#include "tests/support/catch.hpp"

using namespace messenger;
using namespace std::chrono_literals;
using messenger::testing::ManualClock;
using messenger::tests::generous;
using messenger::tests::PostgresServer;

namespace {

const UserId owner{"user", "owner"};
const UserId guest{"user", "guest"};
const UserId silent{"user", "silent"};

/// A host as on a machine of its own, whose due tasks are done by hand.
struct OutageNode {
  OutageNode(const PostgresServer& server, const std::shared_ptr<ManualClock>& clock)
      : messenger(
            configured(),
            Dependencies{.storage = postgresStorage(server.url()), .clock = clock, .logger = nullLogger()}) {
    messenger.setVideoDriver<testing::FakeVideoDriver>(std::make_shared<testing::FakeVideoProvider>());
  }

  static Config configured() {
    Config config;
    config.calling.enabled = true;
    return config;
  }

  /// What a client is told that sends a heartbeat.
  enum class Told { acknowledged, unavailable, refused };
  Told beat(const CallId& call, const UserId& user) {
    try {
      return messenger.heartbeat(call, user) ? Told::acknowledged : Told::refused;
    } catch (const StorageUnavailable&) {
      return Told::unavailable;
    }
  }

  Messenger messenger;
};

using Told = OutageNode::Told;

bool isInCall(OutageNode& node, const CallId& call, const UserId& user) {
  for (const CallParticipant& each : node.messenger.host().participants(call)) {
    if (each.user == user) return each.inCall();
  }
  return false;
}

/// Asks until the storage is used again, which takes the pause between two tries to connect.
bool isBack(OutageNode& node, const CallId& call) {
  const auto deadline = std::chrono::steady_clock::now() + generous;
  while (std::chrono::steady_clock::now() < deadline) {
    try {
      static_cast<void>(node.messenger.host().findCall(call));
      return true;
    } catch (const StorageUnavailable&) {
    }
  }
  return false;
}

}  // namespace

TEST_CASE("PostgreSQL: down for longer than a TTL -> who keeps sending stays, who is silent goes",
          "[postgres][faults]") {
  PostgresServer server;
  const auto clock = std::make_shared<ManualClock>();
  OutageNode one(server, clock);
  OutageNode other(server, clock);
  const ThreadId thread =
      one.messenger.threads()
          .createGroup("Outage", {{owner, "Owner", true}, {guest, "Guest"}, {silent, "Silent"}})
          .value()
          .id;
  const CallId call = one.messenger.startCall(thread, owner).value().id;
  REQUIRE(other.messenger.joinCall(call, guest));
  REQUIRE(one.messenger.joinCall(call, silent));

  // Every 10 s the due tasks, and the heartbeats of two of them, each at a node of its own.
  struct Counts {
    int acknowledged = 0;
    int unavailable = 0;
    int refused = 0;
  };
  const auto pass = [&](Duration time) {
    Counts counts;
    for (Duration passed{}; passed < time; passed += 10s) {
      clock->advance(10s);
      for (OutageNode* each : {&one, &other}) static_cast<void>(each->messenger.host().runDueTasks());
      for (const Told told : {one.beat(call, owner), other.beat(call, guest)}) {
        ++(told == Told::acknowledged ? counts.acknowledged
           : told == Told::refused    ? counts.refused
                                      : counts.unavailable);
      }
    }
    return counts;
  };
  CHECK(pass(30s).acknowledged == 6);

  server.kill();
  // From memory while the lease of the node lasts, which is 30 s; then the client hears that it was not
  // heard.
  const Counts atFirst = pass(20s);
  CHECK(atFirst.acknowledged == 4);
  const Counts later = pass(160s);
  CHECK(later.unavailable >= 28);
  CHECK(atFirst.refused + later.refused == 0);

  server.start();
  REQUIRE(isBack(one, call));
  REQUIRE(isBack(other, call));
  CHECK(pass(50s).acknowledged == 10);
  // Nobody goes before heartbeats could be received for a whole TTL.
  CHECK(isInCall(one, call, silent));
  CHECK(pass(150s).acknowledged == 30);
  CHECK_FALSE(isInCall(one, call, silent));
  CHECK(isInCall(one, call, owner));
  CHECK(isInCall(one, call, guest));
}
