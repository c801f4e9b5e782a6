// How long a call may last: timers end it, whoever runs them and whatever happens meanwhile.
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

Config lasting(milliseconds duration, milliseconds alone = milliseconds{0}) {
  Config config = Fixture::configured();
  config.limits.duration = duration;
  config.limits.alone = alone;
  return config;
}

/// Advances the clock, with heartbeats of no one, and runs what has become available.
void pass(Fixture& world, milliseconds time) {
  world.clock->advance(time);
  world.messenger->jobs().runPending();
}

std::vector<JobType> waiting(const Fixture& world) {
  std::vector<JobType> types;
  for (const Job& each : world.messenger->jobs().pending()) types.push_back(each.type);
  return types;
}

}  // namespace

TEST_CASE("limits: as long as a call may last -> a warning and the end", "[facade][limits]") {
  Fixture world(GENERATE(StorageKind::memory, StorageKind::sqlite), lasting(minutes{10}));
  const Call call = world.startTeam();
  world.join(call, member(1));
  world.join(call, member(2));
  REQUIRE_OK(world.messenger->leaveCall(call.id, member(2)));
  pass(world, minutes{9} - milliseconds{1});
  CHECK(world.events.count<CallEnding>() == 0);

  pass(world, milliseconds{1});
  REQUIRE(world.events.count<CallEnding>() == 1);
  CHECK(world.events.of<CallEnding>().front().endsAt == call.createdAt + minutes{10});
  const auto told = world.broadcaster->named("call.ending");
  REQUIRE(told.size() == 1);
  CHECK(told.front().channels == std::vector<std::string>{"messenger.user.u0", "messenger.user.u1"});
  CHECK(told.front().payload.find("\"ends_at\":\"2026-") != std::string::npos);
  CHECK(world.now(call).active());

  pass(world, minutes{1} - milliseconds{1});
  CHECK(world.now(call).active());
  pass(world, milliseconds{1});
  CHECK(world.now(call).endReason == EndReason::maxDuration);
  CHECK(world.events.count<CallEnded>() == 1);
  CHECK(world.provider->rooms().empty());
  CHECK(waiting(world).empty());
  world.requireSound();
}

TEST_CASE("limits: a call ends earlier -> its timers go with it", "[facade][limits]") {
  Fixture world(GENERATE(StorageKind::memory, StorageKind::sqlite), lasting(minutes{10}, minutes{2}));
  const Call call = world.startTeam();
  CHECK(waiting(world) ==
        std::vector<JobType>{JobType::warnOfEnd, JobType::endOverdueCall, JobType::endLoneCall});
  REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
  CHECK(waiting(world) == std::vector<JobType>{JobType::teardownCall});
  pass(world, hours{1});
  CHECK(world.events.count<CallEnding>() == 0);
  CHECK(world.now(call).endReason == EndReason::hungUp);
}

TEST_CASE("limits: nobody joins -> the call ends when its owner has been alone for too long",
          "[facade][limits]") {
  Fixture world(GENERATE(StorageKind::memory, StorageKind::sqlite), lasting(milliseconds{0}, minutes{2}));
  const Call call = world.startTeam();
  pass(world, minutes{2} - milliseconds{1});
  CHECK(world.now(call).active());
  pass(world, milliseconds{1});
  CHECK(world.now(call).endReason == EndReason::alone);
  CHECK(world.provider->rooms().empty());
}

TEST_CASE("limits: others come and go -> the time alone begins when one is left", "[facade][limits]") {
  Fixture world(GENERATE(StorageKind::memory, StorageKind::sqlite), lasting(milliseconds{0}, minutes{2}));
  const Call call = world.startTeam();
  pass(world, minutes{1});
  world.join(call, member(1));
  world.join(call, member(2));
  CHECK(waiting(world).empty());
  pass(world, minutes{10});
  REQUIRE_OK(world.messenger->leaveCall(call.id, member(2)));
  CHECK(waiting(world).empty());
  SECTION("they leave") {
    REQUIRE_OK(world.messenger->leaveCall(call.id, member(1)));
  }
  SECTION("they are kicked") {
    const auto rows = world.messenger->host().participants(call.id);
    REQUIRE_OK(world.messenger->kickParticipant(call.id, member(0), rows.at(1).id));
  }
  SECTION("they are removed from the thread") {
    REQUIRE_OK(world.messenger->threads().removeMember(world.team, member(1)));
  }
  CHECK(waiting(world) == std::vector<JobType>{JobType::endLoneCall});
  pass(world, minutes{2} - milliseconds{1});
  world.join(call, member(3));
  pass(world, minutes{10});
  CHECK(world.now(call).active());
  REQUIRE_OK(world.messenger->leaveCall(call.id, member(3)));
  pass(world, minutes{2});
  CHECK(world.now(call).endReason == EndReason::alone);
}

TEST_CASE("limits: somebody joins while the timer runs -> the call goes on", "[facade][limits]") {
  Fixture world(GENERATE(StorageKind::memory, StorageKind::sqlite), lasting(milliseconds{0}, minutes{2}));
  const Call call = world.startTeam();
  world.clock->advance(minutes{2});
  const auto claimed = world.claimAny();  // by a worker that is slow
  REQUIRE(claimed.value().job.type == JobType::endLoneCall);
  world.join(call, member(1));
  REQUIRE_OK(world.messenger->leaveCall(call.id, member(1)));
  pass(world, minutes{1});
  CHECK(world.now(call).active());
  CHECK_FALSE(
      world.storage->jobs().settle({claimed->job.id, claimed->job.token, Settlement::Kind::done, {}, {}}));
  pass(world, minutes{1});
  CHECK(world.now(call).endReason == EndReason::alone);
}

TEST_CASE("limits: as many are in a call as may be -> others are refused until somebody leaves",
          "[facade][limits]") {
  Config config = Fixture::configured();
  config.limits.participants = 5;
  Fixture world(GENERATE(StorageKind::memory, StorageKind::sqlite), config);
  const Call call = world.startTeam();
  for (std::size_t i = 1; i < 5; ++i) world.join(call, member(i));
  REQUIRE_REFUSED(world.messenger->joinCall(call.id, member(5)), Reason::callFull);
  CHECK_FALSE(world.isIn(call, member(5)));
  REQUIRE_OK(world.messenger->joinCall(call.id, member(4)));
  REQUIRE_OK(world.messenger->leaveCall(call.id, member(4)));
  world.join(call, member(5));
  REQUIRE_REFUSED(world.messenger->joinCall(call.id, member(4)), Reason::callFull);
}

TEST_CASE("limits: many join at once -> no more than may be", "[facade][limits]") {
  Config config = Fixture::configured();
  config.limits.participants = 5;
  Fixture world(GENERATE(StorageKind::memory, StorageKind::sqlite), config);
  const Call call = world.startTeam();
  std::atomic<int> joined{0};
  together(8, [&](std::size_t i) {
    if (world.messenger->joinCall(call.id, member(i + 1))) ++joined;
  });
  CHECK(joined == 4);
}

TEST_CASE("limits: nobody ran the timers in time -> the call ends without a warning", "[facade][limits]") {
  Fixture world(GENERATE(StorageKind::memory, StorageKind::sqlite), lasting(minutes{10}));
  const Call call = world.startTeam();
  pass(world, hours{1});
  CHECK(world.events.count<CallEnding>() == 0);
  CHECK(world.now(call).endReason == EndReason::maxDuration);
}

TEST_CASE("limits: a restart -> another process keeps them", "[facade][limits]") {
  Fixture world(StorageKind::sqlite, lasting(minutes{10}));
  const Call call = world.startTeam();
  world.restart(Fixture::configured());
  pass(world, minutes{10});
  CHECK(world.now(call).endReason == EndReason::maxDuration);
}

TEST_CASE("limits: synchronous jobs -> timers wait for who runs them", "[facade][limits]") {
  Config config = lasting(minutes{10}, minutes{2});
  config.calling.subscriber.queued = false;
  Fixture world(GENERATE(StorageKind::memory, StorageKind::sqlite), config);
  const Call call = world.start(world.team, member(0));
  CHECK(world.now(call).setupComplete);
  world.clock->advance(minutes{2});
  (void)world.messenger->poll(10);
  CHECK(world.now(call).endReason == EndReason::alone);
  CHECK(world.provider->rooms().empty());
}

TEST_CASE("limits: the wall clock jumps -> the call lasts as long as before", "[facade][limits]") {
  Fixture world(GENERATE(StorageKind::memory, StorageKind::sqlite), lasting(minutes{10}));
  const Call call = world.startTeam();
  const hours by{GENERATE(-48, 48)};
  world.clock->jump(by);
  pass(world, minutes{10} - milliseconds{1});
  CHECK(world.now(call).active());
  pass(world, milliseconds{1});
  CHECK(world.now(call).endReason == EndReason::maxDuration);
}

}  // namespace messenger::tests
