#include "messenger/adapters/janus/reconciler.hpp"

#include "adapters/janus/room_keys.hpp"
#include "tests/janus/live_world.hpp"

namespace messenger::tests {
namespace {

using janus::NewRoom;
using janus::ReconcileOptions;
using janus::ReconcileReport;

/// As a call's room that was left behind.
void leaveBehind(const LiveWorld& world, const CallId& call, const Secret& key) {
  NewRoom wanted;
  wanted.id = janus::roomIdOf(call, key, world.room.idKind().value());
  wanted.description = janus::markOf(call, key);
  wanted.secret = janus::roomSecretOf(call, key);
  REQUIRE_DONE(world.room.create(wanted));
}

std::vector<CallId> callsOf(const std::vector<janus::ReconciledRoom>& rooms) {
  std::vector<CallId> calls;
  for (const auto& each : rooms) calls.push_back(each.call);
  return calls;
}

TEST_CASE("Reconciler: rooms of ended calls -> destroyed and all others stay", "[janus][reconciler]") {
  LiveWorld world(3, GENERATE(true, false));
  const Secret& key = world.settings.roomKey;
  const Call active = world.start(0);
  const Call ended = world.start(1);
  world.drain();
  world.end(ended);
  world.drain();
  leaveBehind(world, ended.id, key);                          // as a storage restored from a copy would
  leaveBehind(world, CallId{"01HFUNKNOWN"}, key);             // of another storage with our key
  leaveBehind(world, CallId{"01HFELSEWHERE"}, Secret{"k2"});  // of another deployment
  NewRoom theirs;
  theirs.description = "somebody's";
  REQUIRE_DONE(world.room.create(theirs));
  NewRoom copied;  // somebody in the ended call has seen its mark
  copied.description = janus::markOf(ended.id, key);
  REQUIRE_DONE(world.room.create(copied));
  const auto before = world.rooms();
  REQUIRE(before.size() == 6);

  ReconcileOptions dry;
  dry.dryRun = true;
  const ReconcileReport looked = world.reconcile(dry);
  CHECK(looked.dryRun);
  CHECK(callsOf(looked.destroyed) == std::vector{ended.id});
  REQUIRE(world.rooms() == before);

  const ReconcileReport report = world.reconcile();
  CHECK(report.rooms == 6);
  CHECK(report.foreign == 3);
  CHECK(report.inUse == 1);
  CHECK(report.activeCalls == 1);
  CHECK(callsOf(report.destroyed) == std::vector{ended.id});
  CHECK(callsOf(report.unknown) == std::vector{CallId{"01HFUNKNOWN"}});
  CHECK(report.renewed.empty());
  CHECK(report.failures.empty());
  CHECK_FALSE(report.stopped);
  auto expected = before;
  expected.erase(janus::toText(world.idOf(ended.id)));
  REQUIRE(world.rooms() == expected);
  REQUIRE(world.room.exists(world.idOf(active.id)).value());

  const ReconcileReport again = world.reconcile();
  CHECK(again.destroyed.empty());
  CHECK(again.renewed.empty());
}

TEST_CASE("Reconciler: the room of an active call is missing -> renewed", "[janus][reconciler]") {
  LiveWorld world(4, GENERATE(true, false));
  const Call one = world.start(0);
  const Call two = world.start(1);
  const Call ended = world.start(2);
  world.drain();
  world.end(ended);
  world.drain();
  const Call fresh = world.start(3);  // its setup is on its way
  world.server.restart();
  REQUIRE(world.rooms().empty());

  ReconcileOptions dry;
  dry.dryRun = true;
  CHECK(callsOf(world.reconcile(dry).renewed) == std::vector{one.id, two.id});
  REQUIRE(world.now(one).setupComplete);
  const ReconcileReport report = world.reconcile();
  CHECK(callsOf(report.renewed) == std::vector{one.id, two.id});
  CHECK(report.activeCalls == 3);
  REQUIRE_FALSE(world.now(one).setupComplete);
  CHECK(world.reconcile().renewed.empty());  // once is enough
  world.drain();
  REQUIRE(world.rooms() == world.roomsOfActive());
  REQUIRE(world.rooms().size() == 3);
  CHECK(world.now(one).setupComplete);
  CHECK(world.events.count<CallSetupCompleted>() == 6);
  for (const Call& call : {one, two, fresh}) world.end(call);
  world.drain();
  REQUIRE(world.rooms().empty());
}

TEST_CASE("Reconciler: a room younger than the list -> not taken for missing", "[janus][reconciler]") {
  LiveWorld world(2, GENERATE(true, false));
  world.start(0);
  world.drain();
  std::optional<Call> young;
  ReconcileOptions options;
  options.progress = [&](const janus::ReconcileProgress&) {
    if (young) return;
    young = world.start(1);
    world.drain();
  };
  const ReconcileReport report = world.reconcile(options);
  CHECK(report.rooms == 1);
  CHECK(report.activeCalls == 2);
  CHECK(report.renewed.empty());
  CHECK(world.now(*young).setupComplete);
}

TEST_CASE("Reconciler: one room fails -> reported and the others continue", "[janus][reconciler]") {
  LiveWorld world(2);
  const Call spoilt = world.start(0);
  const Call other = world.start(1);
  world.drain();
  for (const Call& call : {spoilt, other}) world.end(call);
  world.drain();
  leaveBehind(world, other.id, world.settings.roomKey);
  NewRoom wanted;  // its secret was changed by hand
  wanted.id = world.idOf(spoilt.id);
  wanted.description = janus::markOf(spoilt.id, world.settings.roomKey);
  wanted.secret = Secret{"by hand"};
  REQUIRE_DONE(world.room.create(wanted));
  const ReconcileReport report = world.reconcile();
  CHECK(callsOf(report.destroyed) == std::vector{other.id});
  REQUIRE(report.failures.size() == 1);
  CHECK(report.failures[0].call == spoilt.id);
  CHECK(report.failures[0].text.find("433") != std::string::npos);
}

TEST_CASE("Reconciler: stop requested -> stops and reports its progress", "[janus][reconciler]") {
  LiveWorld world(3);
  for (std::size_t i = 0; i < 3; ++i) world.start(i);
  world.drain();
  std::size_t asked = 0;
  std::vector<std::size_t> done;
  ReconcileOptions options;
  options.stopRequested = [&] { return ++asked > 2; };
  options.progress = [&](const janus::ReconcileProgress& at) {
    REQUIRE(at.total == 3);
    done.push_back(at.done);
  };
  const ReconcileReport report = world.reconcile(options);
  CHECK(report.stopped);
  CHECK(report.inUse == 2);
  CHECK(report.activeCalls == 0);
  CHECK(done == std::vector<std::size_t>{1, 2});
}

TEST_CASE("Reconciler: a server that cannot list -> not taken for one without rooms", "[janus][reconciler]") {
  LiveWorld world(1);
  world.start(0);
  world.drain();
  world.server.kill();
  const auto report = janus::Reconciler(*world.messenger, world.room, world.settings.roomKey).reconcile();
  REQUIRE_FALSE(report.has_value());
  CHECK(report.error().kind == janus::ErrorKind::unreachable);
  CHECK(world.messenger->jobs().pending().empty());
}

TEST_CASE("Reconciler: no key of the plugin -> refused", "[janus][reconciler]") {
  LiveWorld world(1);
  janus::JanusOptions options = world.server.options();
  options.videoRoomSecret.reset();
  const janus::VideoRoom blind(std::make_shared<janus::JanusClient>(options));
  REQUIRE_THROWS_AS(janus::Reconciler(*world.messenger, blind, world.settings.roomKey),
                    std::invalid_argument);
  REQUIRE_THROWS_AS(janus::Reconciler(*world.messenger, world.room, Secret{""}), std::invalid_argument);
}

}  // namespace
}  // namespace messenger::tests
