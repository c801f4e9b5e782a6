// The wall clock is set forward or back, as NTP or an operator does it: no decision depends on it. Each case
// was found by experiment in version 0.1, where it waited for hours.
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

using testing::ProviderAnswer;

/// Lets time pass a second at a time until a condition holds; returns how many seconds that took, or the
/// limit.
template <class Step, class Done>
seconds secondsUntil(Fixture& world, seconds limit, Step&& step, Done&& done) {
  seconds passed{0};
  for (; passed < limit && !done(); ++passed) {
    world.clock->advance(seconds{1});
    step();
  }
  return passed;
}

}  // namespace

TEST_CASE("clock: set back while a setup waits for its retry -> retried in time", "[facade][clock]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const Call call = world.start(world.team, member(0));
  world.provider->answerCreate(ProviderAnswer::no);
  world.messenger->jobs().runPending();
  world.provider->answerCreate(ProviderAnswer::yes);
  world.clock->jump(-hours{2});
  const auto waited = secondsUntil(
      world, seconds{300}, [&] { world.messenger->jobs().runPending(); },
      [&] { return world.now(call).setupComplete; });
  CHECK(waited < seconds{5});
}

TEST_CASE("clock: set back while a dead worker's lease is valid -> it ends in time", "[facade][clock]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const Call call = world.start(world.team, member(0));
  REQUIRE(world.claimAny(seconds{30}));
  world.clock->jump(-hours{2});
  const auto waited = secondsUntil(
      world, seconds{300}, [&] { world.messenger->jobs().runPending(); },
      [&] { return world.now(call).setupComplete; });
  CHECK(waited == seconds{30});
}

TEST_CASE("clock: corrected between two runs of a process -> a silent owner is evicted in time",
          "[facade][clock]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  world.clock->jump(hours{24});
  for (int i = 0; i < 90; ++i) {
    world.messenger->host().runDueTasks();
    world.clock->advance(seconds{1});
  }
  world.clock->jump(-hours{24});
  world.restart();
  const Call call = world.start(world.team, member(0));
  const auto waited = secondsUntil(
      world, seconds{600}, [&] { world.messenger->host().runDueTasks(); },
      [&] { return !world.now(call).active(); });
  CHECK(waited <= seconds{120});
}

TEST_CASE("clock: set back with two live processes -> a silent participant is evicted in time",
          "[facade][clock]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const auto other = world.another();
  const Call call = world.start(world.team, member(0));
  const auto bothRun = [&] {
    world.messenger->host().runDueTasks();
    other->host().runDueTasks();
  };
  for (int i = 0; i < 90; ++i) {
    bothRun();
    if (i % 30 == 0) REQUIRE_OK(world.messenger->heartbeat(call.id, member(0)));
    world.clock->advance(seconds{1});
  }
  world.clock->jump(-hours{2});
  const auto waited = secondsUntil(world, seconds{600}, bothRun, [&] { return !world.now(call).active(); });
  CHECK(waited <= seconds{60 + 15 + 60});
}

TEST_CASE("clock: set back while only checks run, from time to time -> a silent call ends in time",
          "[facade][clock]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const Call call = world.start(world.team, member(0));
  world.clock->advance(minutes{10});
  world.clock->jump(-hours{2});
  int checks = 0;
  for (; checks < 20 && world.now(call).active(); ++checks) {
    world.clock->advance(seconds{30});
    world.messenger->host().checkActivity();
    world.messenger->jobs().runPending();
  }
  CHECK(checks <= 4);
}

TEST_CASE("clock: set back during a call -> its duration is not negative", "[facade][clock]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const Call call = world.startTeam();
  const CallParticipant bob = world.join(call, member(1));
  world.clock->advance(minutes{5});
  world.clock->jump(-hours{1});
  const auto left = world.messenger->leaveCall(call.id, member(1));
  REQUIRE_OK(left);
  CHECK(left->leftAt.value() >= bob.createdAt);
  const auto ended = world.messenger->endCall(call.id, member(0));
  REQUIRE_OK(ended);
  CHECK(ended->duration().value() >= Duration::zero());
  CHECK(ended->updatedAt >= ended->createdAt);
}

TEST_CASE("clock: set forward while calls are down -> they stay down as long as set", "[facade][clock]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  REQUIRE_OK(world.messenger->host().callsDown(minutes{10}));
  world.clock->jump(hours{24});
  CHECK(world.messenger->host().callsAreDown());
  CHECK_FALSE(world.messenger->startCall(world.team, member(0)).has_value());
  world.clock->jump(-hours{48});
  world.clock->advance(minutes{10});
  CHECK_FALSE(world.messenger->host().callsAreDown());
  CHECK(world.messenger->startCall(world.team, member(0)).has_value());
}

}  // namespace messenger::tests
