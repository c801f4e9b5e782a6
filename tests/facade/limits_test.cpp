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

TEST_CASE("limits: everybody leaves and somebody comes back in time -> the call goes on",
          "[facade][limits]") {
  Config config = lasting(milliseconds{0}, minutes{2});
  config.limits.emptyGrace = seconds{30};
  Fixture world(GENERATE(StorageKind::memory, StorageKind::sqlite), config);
  const Call call = world.startTeam();
  REQUIRE_OK(world.messenger->leaveCall(call.id, member(0)));
  CHECK(world.now(call).active());
  REQUIRE(world.events.count<CallLeft>() == 1);
  CHECK(world.events.of<CallLeft>().front().endsAt == world.clock->now().wall + seconds{30});
  CHECK(world.broadcaster->named("left.call").front().payload.find("\"ends_at\":\"2026-") !=
        std::string::npos);
  CHECK(waiting(world) == std::vector<JobType>{JobType::endEmptyCall});
  REQUIRE_REFUSED(world.messenger->startCall(world.team, member(1)), Reason::callAlreadyActive);

  pass(world, seconds{30} - milliseconds{1});
  CHECK(world.now(call).active());
  SECTION("they come back") {
    world.join(call, member(1));
    CHECK(waiting(world) == std::vector<JobType>{JobType::endLoneCall});
    pass(world, minutes{2} - milliseconds{1});
    CHECK(world.now(call).active());
    pass(world, milliseconds{1});
    CHECK(world.now(call).endReason == EndReason::alone);
  }
  SECTION("nobody does") {
    pass(world, milliseconds{1});
    CHECK(world.now(call).endReason == EndReason::lastLeft);
    CHECK(world.provider->rooms().empty());
  }
  CHECK(waiting(world).empty());
  world.requireSound();
}

TEST_CASE("limits: the last one is kicked or removed or evicted -> the call is empty for a while",
          "[facade][limits]") {
  Config config = Fixture::configured();
  config.limits.emptyGrace = minutes{10};
  Fixture world(GENERATE(StorageKind::memory, StorageKind::sqlite), config);
  const Call call = world.startTeam();
  SECTION("kicked") {
    const auto rows = world.messenger->host().participants(call.id);
    REQUIRE_OK(world.messenger->kickParticipant(call.id, member(0), rows.at(0).id));
  }
  SECTION("removed") {
    REQUIRE_OK(world.messenger->threads().removeMember(world.team, member(0)));
  }
  SECTION("evicted") {
    pass(world, minutes{2});
    world.messenger->host().checkActivity();
  }
  CHECK_FALSE(world.isIn(call, member(0)));
  CHECK(world.now(call).active());
  CHECK(waiting(world) == std::vector<JobType>{JobType::endEmptyCall});
  world.restart();
  pass(world, minutes{10});
  CHECK(world.now(call).endReason == EndReason::lastLeft);
}

TEST_CASE("limits: a call with limits of its own -> they hold and not the others", "[facade][limits]") {
  Fixture world(GENERATE(StorageKind::memory, StorageKind::sqlite), lasting(minutes{10}));
  StartOptions options;
  options.limits = CallLimits{.participants = 2, .duration = minutes{3}, .alone = minutes{5}};
  const auto call = world.messenger->startCall(world.team, member(0), options);
  REQUIRE_OK(call);
  CHECK(call->limits == *options.limits);
  world.join(*call, member(1));
  REQUIRE_REFUSED(world.messenger->joinCall(call->id, member(2)), Reason::callFull);
  world.restart(lasting(hours{1}));  // the next process has another Config
  pass(world, minutes{3} - milliseconds{1});
  CHECK(world.now(*call).active());
  pass(world, milliseconds{1});
  CHECK(world.now(*call).endReason == EndReason::maxDuration);
  CHECK(world.now(*call).limits == *options.limits);
}

TEST_CASE("limits: no limit for one call -> it has no timers", "[facade][limits]") {
  Fixture world(GENERATE(StorageKind::memory, StorageKind::sqlite), lasting(minutes{10}, minutes{2}));
  const auto call = world.messenger->startCall(world.team, member(0), {.limits = CallLimits{}});
  REQUIRE_OK(call);
  world.messenger->jobs().runPending();
  CHECK(waiting(world).empty());
}

TEST_CASE("start: type and data -> come back in events and views and payloads", "[facade][limits]") {
  Fixture world(GENERATE(StorageKind::memory, StorageKind::sqlite));
  const auto call =
      world.messenger->startCall(world.team, member(0), {.type = CallType::audio, .data = "ticket 42\n"});
  REQUIRE_OK(call);
  CHECK(call->type == CallType::audio);
  CHECK(call->data == "ticket 42\n");
  CHECK(world.events.of<CallStarted>().front().call.data == "ticket 42\n");
  const std::string pushed = world.broadcaster->named("incoming.call").front().payload;
  CHECK(pushed.find("\"type\":2,\"type_verbose\":\"AUDIO\"") != std::string::npos);
  CHECK(pushed.find("ticket") == std::string::npos);
  const auto view = world.messenger->showCall(call->id, member(1));
  REQUIRE_OK(view);
  CHECK(view->call.type == CallType::audio);
  CHECK(view->call.data == "ticket 42\n");
  REQUIRE_OK(world.messenger->endCall(call->id, member(0)));
  CHECK(world.events.of<CallEnded>().front().call.data == "ticket 42\n");
}

TEST_CASE("start: options that cannot be -> refused by name and nothing is stored", "[facade][limits]") {
  Fixture world(GENERATE(StorageKind::memory, StorageKind::sqlite));
  const auto refused = [&](const StartOptions& options, const std::string& name) {
    const auto call = world.messenger->startCall(world.team, member(0), options);
    REQUIRE_REFUSED(call, Reason::invalidInput);
    CHECK(call.error().detail.find(name) == 0);
  };
  refused({.limits = CallLimits{.participants = 1}}, "limits.participants");
  refused({.limits = CallLimits{.duration = milliseconds{999}}}, "limits.duration");
  refused({.limits = CallLimits{.duration = hours{24 * 31}}}, "limits.duration");
  refused({.limits = CallLimits{.warning = milliseconds{-1}}}, "limits.warning");
  refused({.limits = CallLimits{.alone = hours{25}}}, "limits.alone");
  refused({.limits = CallLimits{.emptyGrace = hours{2}}}, "limits.emptyGrace");
  refused({.type = static_cast<CallType>(3)}, "type");
  refused({.data = std::string(1025, 'x')}, "data");
  refused({.data = std::string(1, '\0')}, "data");
  refused({.data = "\xff"}, "data");
  CHECK(world.callsOf(world.team, member(0)).empty());
  REQUIRE_OK(world.messenger->startCall(world.team, member(0), {.data = std::string(1024, 'x')}));
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
