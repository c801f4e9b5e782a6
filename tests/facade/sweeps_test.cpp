// Sweeps over more calls than a batch holds, with a provider that fails for one of them.
#include <set>

#include "messenger/errors.hpp"
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

constexpr std::size_t moreThanABatch = 250;

/// Starts many calls, each in its own thread; destroying the room of number 120 fails.
std::vector<Call> startMany(Fixture& world) {
  std::vector<Call> calls;
  for (std::size_t i = 0; i < moreThanABatch; ++i) {
    const ThreadId thread{"many" + std::to_string(i)};
    world.addGroup(thread, 2);
    calls.push_back(world.start(thread, member(0)));
  }
  world.messenger->jobs().runPending();
  REQUIRE(world.provider->rooms().size() == moreThanABatch);
  const CallId failing = calls.at(120).id;
  world.provider->onDestroy([failing](const Call& call) {
    if (call.id == failing) throw DriverError("this one never goes");
  });
  return calls;
}

void requireAllEnded(Fixture& world, const std::vector<Call>& calls, EndReason reason) {
  for (const Call& call : calls) REQUIRE(world.now(call).endReason == reason);
  REQUIRE(world.events.count<CallEnded>() == moreThanABatch);
  while (!world.messenger->jobs().pending().empty()) {
    world.messenger->jobs().runPending();
    world.clock->advance(hours{1});
  }
  REQUIRE(world.provider->rooms() == std::vector<CallId>{calls.at(120).id});
  REQUIRE(world.events.count<CallTeardownFailed>() == 1);
  REQUIRE(world.events.count<CallTornDown>() == moreThanABatch - 1);
  world.provider->onDestroy(nullptr);
  REQUIRE(world.messenger->jobs().retry() == 1);
  world.messenger->jobs().runPending();
  REQUIRE(world.provider->rooms().empty());
}

}  // namespace

TEST_CASE("calls_down: 250 calls and a failing driver -> all end", "[facade][calls_down]") {
  const auto when = GENERATE(When::now, When::queued);
  const bool queued = GENERATE(true, false);
  CAPTURE(static_cast<int>(when), queued);
  Fixture world(StorageKind::memory, Fixture::configured(queued));
  const auto calls = startMany(world);
  REQUIRE(world.messenger->host().callsDown(minutes{30}, when) == moreThanABatch);
  if (queued && when == When::queued) {
    REQUIRE(world.messenger->host().activeCalls(0, 1000).size() == moreThanABatch);
    REQUIRE(world.messenger->jobs().runPending(1).at(0).type == JobType::endCalls);
  }
  REQUIRE(world.messenger->host().activeCalls(0, 1000).empty());
  requireAllEnded(world, calls, EndReason::maintenance);
}

TEST_CASE("calls_down: 250 calls on SQLite -> all end", "[facade][calls_down]") {
  Fixture world(StorageKind::sqlite);
  const auto calls = startMany(world);
  REQUIRE(world.messenger->host().callsDown(minutes{30}) == moreThanABatch);
  world.messenger->jobs().runPending(1);
  requireAllEnded(world, calls, EndReason::maintenance);
}

TEST_CASE("calls_down: a call starts after calls are up again -> not ended", "[facade][calls_down]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const Call old = world.start(world.team, member(0));
  REQUIRE(world.messenger->host().callsDown(minutes{30}) == 1U);
  REQUIRE(world.messenger->host().callsUp());
  const Call young = world.start(world.pair, named("alice"));
  world.messenger->jobs().runPending();
  REQUIRE(world.now(old).endReason == EndReason::maintenance);
  REQUIRE(world.now(young).active());
}

TEST_CASE("calls_down: durations out of bounds -> refused", "[facade][calls_down]") {
  Fixture world;
  REQUIRE_REFUSED(world.messenger->host().callsDown(seconds{0}), Reason::invalidInput);
  REQUIRE_REFUSED(world.messenger->host().callsDown(seconds{-5}), Reason::invalidInput);
  REQUIRE_REFUSED(world.messenger->host().callsDown(std::chrono::years{11}), Reason::invalidInput);
  REQUIRE_REFUSED(world.messenger->host().callsDown(seconds::max()), Reason::invalidInput);
  REQUIRE_REFUSED(world.messenger->host().callsDown(seconds::min()), Reason::invalidInput);
  REQUIRE_FALSE(world.messenger->host().callsAreDown());
  REQUIRE_OK(world.messenger->host().callsDown(std::chrono::years{10}));
  REQUIRE(world.messenger->host().callsAreDown());
}

TEST_CASE("check_activity: 250 silent calls and a failing driver -> all end", "[facade][presence]") {
  const auto when = GENERATE(When::now, When::queued);
  const bool queued = GENERATE(true, false);
  CAPTURE(static_cast<int>(when), queued);
  Fixture world(StorageKind::memory, Fixture::configured(queued));
  const auto calls = startMany(world);
  world.clock->advance(seconds{61});
  REQUIRE(world.messenger->host().checkActivity(when) == moreThanABatch);
  if (queued && when == When::queued) {
    REQUIRE(world.messenger->jobs().runPending(1).at(0).type == JobType::checkCallsActivity);
  }
  requireAllEnded(world, calls, EndReason::inactive);
}

TEST_CASE("check_activity: many participants seen lately -> all skipped", "[facade][presence]") {
  Fixture world;
  const auto calls = startMany(world);
  for (int i = 0; i < 3; ++i) {
    world.clock->advance(seconds{30});
    for (std::size_t k = 0; k < moreThanABatch; k += 2) {
      REQUIRE_OK(world.messenger->heartbeat(calls.at(k).id, member(0)));
    }
  }
  REQUIRE(world.messenger->host().checkActivity() == moreThanABatch);
  for (std::size_t k = 0; k < moreThanABatch; ++k) REQUIRE(world.now(calls[k]).active() == (k % 2 == 0));
}

TEST_CASE("sweeps: one storage fault among many -> the rest is done and the job comes again",
          "[facade][calls_down]") {
  Fixture world;
  const auto calls = startMany(world);
  int ends = 0;
  world.storage->failIf(
      [&](const testing::StorageOperation& each) { return each.name == "commit" && ++ends == 7; },
      testing::Fault::before);
  REQUIRE(world.messenger->host().callsDown(minutes{30}) == moreThanABatch);
  REQUIRE(world.messenger->jobs().runPending(1).at(0).outcome == JobOutcome::retry);
  REQUIRE(world.messenger->host().activeCalls(0, 1000).size() == 1);
  world.storage->heal();
  world.clock->advance(seconds{10});
  world.messenger->jobs().runPending();
  requireAllEnded(world, calls, EndReason::maintenance);
}

TEST_CASE("sweeps: taken over -> stops", "[facade][calls_down]") {
  Fixture world;
  const auto calls = startMany(world);
  REQUIRE(world.messenger->host().callsDown(minutes{30}) == moreThanABatch);
  bool once = true;
  world.storage->failIf(
      [&](const testing::StorageOperation& each) {
        if (each.name == "commit" && std::exchange(once, false)) {
          world.clock->advance(Config::Jobs{}.unattendedLease + seconds{1});
          REQUIRE(world.messenger->jobs().runPending(1).at(0).outcome == JobOutcome::done);
        }
        return false;
      },
      testing::Fault::before);
  REQUIRE(world.messenger->jobs().runPending(1).at(0).outcome == JobOutcome::lost);
  REQUIRE(world.events.count<CallEnded>() == moreThanABatch);
}

TEST_CASE("calls_down: the sweep is taken over -> stops", "[facade][calls_down]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind, Fixture::configured(/*queued=*/false));
  const Call first = world.startTeam();
  const Call second = world.start(world.pair, named("alice"));
  std::optional<JobQueue::ClaimedJob> taken;
  world.storage->failIf(
      [&](const testing::StorageOperation& operation) {
        const bool ends = operation.change != nullptr && operation.change->everyoneLeaves;
        if (!ends || taken) return false;
        // At the first call: the provider was slow, the lease has ended, and another worker has claimed the
        // sweep.
        world.clock->advance(Config::Jobs{}.unattendedLease + seconds{1});
        taken = world.claimAny();
        return false;
      },
      testing::Fault::before);
  REQUIRE(world.messenger->host().callsDown(hours{1}) == 2U);
  REQUIRE(taken);
  REQUIRE(taken->job.type == JobType::endCalls);
  REQUIRE_FALSE(world.now(first).active());
  REQUIRE(world.now(second).active());  // left to the other worker
  world.clock->advance(seconds{30});
  world.drain();
  world.requireSound();
  REQUIRE_FALSE(world.now(second).active());
}

}  // namespace messenger::tests
