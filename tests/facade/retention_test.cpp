// Old calls are deleted, by the host or by the due tasks.
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

/// A call that began and ended, and whose jobs ran.
Call endedCall(Fixture& world, const ThreadId& thread) {
  const Call call = world.start(thread, member(0));
  world.messenger->jobs().runPending();
  REQUIRE_OK(world.messenger->host().endCall(call.id));
  world.messenger->jobs().runPending();
  return call;
}

bool exists(const Fixture& world, const Call& call) {
  return world.messenger->host().findCall(call.id).has_value();
}

ThreadId oldThread(int i) {
  return ThreadId{"old" + std::to_string(i)};
}

void addThreads(Fixture& world, int count) {
  for (int i = 0; i < count; ++i) world.addGroup(oldThread(i), 2);
}

/// Keeps ended calls for a day.
Config keepingADay() {
  Config config = Fixture::configured();
  config.retention.endedCalls = hours{24};
  return config;
}

}  // namespace

TEST_CASE("prune: calls that ended long ago -> deleted with their participants", "[facade][retention]") {
  Fixture world(GENERATE(StorageKind::memory, StorageKind::sqlite));
  addThreads(world, 2);
  const Call old = endedCall(world, oldThread(0));
  world.clock->advance(hours{30});
  const Call recent = endedCall(world, oldThread(1));
  world.clock->advance(hours{10});
  const Call active = world.startTeam();
  world.clock->advance(hours{9});

  Host& host = world.messenger->host();
  REQUIRE(host.prunable(hours{48}).value() == 1);
  REQUIRE(host.prune(hours{48}).value() == 1);
  REQUIRE_FALSE(exists(world, old));
  REQUIRE(host.participants(old.id).empty());
  REQUIRE(exists(world, recent));
  REQUIRE(exists(world, active));
  REQUIRE(host.prune(hours{48}).value() == 0);
  REQUIRE_REFUSED(world.messenger->joinCall(old.id, member(1)), Reason::callNotFound);
}

TEST_CASE("prune: a room that may exist or a failed job -> the call stays", "[facade][retention]") {
  Config config = Fixture::configured();
  config.jobs.maxAttempts = 1;
  Fixture world(GENERATE(StorageKind::memory, StorageKind::sqlite), config);
  world.provider->onDestroy([](const Call&) { throw std::runtime_error("no"); });
  addThreads(world, 1);
  const Call stuck = endedCall(world, oldThread(0));
  world.startTeam();
  world.clock->advance(hours{1000});
  Host& host = world.messenger->host();
  REQUIRE(host.prune(hours{1}).value() == 0);
  REQUIRE(exists(world, stuck));

  world.provider->onDestroy(nullptr);
  REQUIRE(world.messenger->jobs().retry() == 1);
  world.messenger->jobs().runPending();
  REQUIRE(host.prune(hours{1}).value() == 1);
}

TEST_CASE("prune: without room jobs -> ended calls are deleted", "[facade][retention]") {
  Config config = Fixture::configured();
  config.calling.subscriber.enabled = false;
  Fixture world(StorageKind::sqlite, config);
  addThreads(world, 1);
  const Call old = endedCall(world, oldThread(0));
  world.start(ThreadId{"team"}, member(0));
  world.clock->advance(hours{2});
  REQUIRE(world.messenger->host().prune(hours{1}).value() == 1);
  REQUIRE_FALSE(exists(world, old));
}

TEST_CASE("prune: the wall clock is set forward -> nothing is deleted early", "[facade][retention]") {
  Fixture world(GENERATE(StorageKind::memory, StorageKind::sqlite));
  addThreads(world, 1);
  const Call call = endedCall(world, oldThread(0));
  world.startTeam();
  world.clock->jump(hours{24 * 365});
  REQUIRE(world.messenger->host().prune(hours{1}).value() == 0);
  REQUIRE(exists(world, call));
}

TEST_CASE("prune: a limit -> no more than that", "[facade][retention]") {
  Fixture world(GENERATE(StorageKind::memory, StorageKind::sqlite));
  constexpr int many = 250;
  addThreads(world, many);
  for (int i = 0; i < many; ++i) endedCall(world, oldThread(i));
  world.startTeam();
  world.clock->advance(hours{2});
  Host& host = world.messenger->host();
  REQUIRE(host.prune(hours{1}, 120).value() == 120);
  REQUIRE(host.prune(hours{1}, 0).value() == 0);
  REQUIRE(host.prunable(hours{1}).value() == 130);
  REQUIRE(host.prune(hours{1}).value() == 130);
}

TEST_CASE("prune: an age out of bounds -> invalidInput", "[facade][retention]") {
  Fixture world;
  Host& host = world.messenger->host();
  for (const hours age :
       {hours{0}, hours{-5}, hours::min(), hours::max(), Config::Retention::longest + hours{1}}) {
    REQUIRE_REFUSED(host.prune(age), Reason::invalidInput);
    REQUIRE_REFUSED(host.prunable(age), Reason::invalidInput);
  }
  REQUIRE_OK(host.prune(Config::Retention::longest));
}

TEST_CASE("due tasks: retention is configured -> old calls are deleted", "[facade][retention]") {
  Fixture world(StorageKind::memory, keepingADay());
  addThreads(world, 1);
  const Call old = endedCall(world, oldThread(0));
  world.startTeam();
  const auto pass = [&](int steps) {
    for (int i = 0; i < steps; ++i) {
      world.clock->advance(seconds{10});
      world.messenger->host().runDueTasks();
    }
  };
  pass(60);
  REQUIRE(exists(world, old));
  world.clock->advance(hours{24});
  pass(61);
  REQUIRE_FALSE(exists(world, old));
}

TEST_CASE("due tasks: the storage fails while old calls are deleted -> logged and tried again",
          "[facade][retention]") {
  Fixture world(StorageKind::memory, keepingADay());
  addThreads(world, 1);
  const Call old = endedCall(world, oldThread(0));
  world.startTeam();
  world.clock->advance(hours{25});
  world.storage->failIf([](const auto& operation) { return operation.name == "prune"; },
                        testing::Fault::before);
  world.messenger->host().runDueTasks();
  REQUIRE(exists(world, old));
  REQUIRE(world.logger->has(LogLevel::error, "old calls could not be pruned"));
  world.storage->heal();
  world.clock->advance(minutes{10});
  world.messenger->host().runDueTasks();
  REQUIRE_FALSE(exists(world, old));
}

TEST_CASE("eraseUser: a user of calls past and present -> out of them, and nobody's name",
          "[facade][retention]") {
  Fixture world(GENERATE(StorageKind::memory, StorageKind::sqlite));
  const Call past = world.start(world.pair, named("alice"));
  world.join(past, named("bob"));
  REQUIRE_OK(world.messenger->endCall(past.id, named("alice")));
  const Call present = world.startTeam();
  world.join(present, member(1));
  world.join(present, member(2));

  CHECK(world.messenger->host().eraseUser(member(1)) == 1);
  CHECK_FALSE(world.isIn(present, member(1)));
  CHECK(world.isIn(present, member(2)));
  CHECK(world.events.count<CallLeft>() == 1);
  CHECK(world.events.count<MemberRemoved>() == 1);
  CHECK_FALSE(world.messenger->host().directory().findUserName(member(1)));
  REQUIRE_REFUSED(world.messenger->joinCall(present.id, member(1)), Reason::notMember);
  REQUIRE_REFUSED(world.messenger->heartbeat(present.id, member(1)), Reason::notMember);

  CHECK(world.messenger->host().eraseUser(named("alice")) == 1);
  const auto seen = world.messenger->callHistory(world.pair, named("bob"));
  REQUIRE_OK(seen);
  const Call& erased = seen->calls.front().call;
  CHECK(erased.owner.type == "erased");
  CHECK(erased.endedBy == erased.owner);
  const auto rows = world.messenger->host().participants(past.id);
  CHECK(rows.at(0).user == erased.owner);
  CHECK(rows.at(1).user == named("bob"));
  CHECK(world.messenger->host().eraseUser(named("alice")) == 0);

  // The last one in a call: it ends.
  CHECK(world.messenger->host().eraseUser(member(2)) == 1);
  CHECK(world.messenger->host().eraseUser(member(0)) == 1);
  CHECK_FALSE(world.now(present).active());
  world.drain();
  CHECK(world.provider->rooms().empty());
}

TEST_CASE("eraseUser: it fails before the calls were looked at -> out of them when it is repeated",
          "[facade][retention]") {
  Fixture world(GENERATE(StorageKind::memory, StorageKind::sqlite));
  const Call call = world.startTeam();
  world.join(call, member(1));
  world.storage->failIf([](const auto& operation) { return operation.name == "commit"; },
                        testing::Fault::before);
  CHECK_THROWS_AS(world.messenger->host().eraseUser(member(1)), StorageUnavailable);
  CHECK(world.isIn(call, member(1)));
  world.storage->heal();
  CHECK(world.messenger->host().eraseUser(member(1)) == 1);
  const auto rows = world.messenger->host().participants(call.id);
  CHECK(rows.at(1).user.type == "erased");
  CHECK_FALSE(rows.at(1).inCall());
}

TEST_CASE("eraseUser: the storage fails on the way -> the rest is done when it is repeated",
          "[facade][retention]") {
  Fixture world;
  const Call call = world.startTeam();
  world.join(call, member(1));
  world.storage->failIf([](const auto& operation) { return operation.name == "erase"; },
                        testing::Fault::before);
  CHECK_THROWS_AS(world.messenger->host().eraseUser(member(1)), StorageUnavailable);
  CHECK_FALSE(world.isIn(call, member(1)));
  world.storage->heal();
  CHECK(world.messenger->host().eraseUser(member(1)) == 1);
  CHECK(world.messenger->host().participants(call.id).at(1).user.type == "erased");
}

}  // namespace messenger::tests
