// Who is rung, when that stops, and what is left of it: on both storages, by any way in and out.
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

using WhenBusy = Config::Ringing::WhenBusy;

Config ringingFor(milliseconds noAnswerAfter, WhenBusy whenBusy = WhenBusy::ring) {
  Config config = Fixture::configured();
  config.ringing.enabled = true;
  config.ringing.noAnswerAfter = noAnswerAfter;
  config.ringing.whenBusy = whenBusy;
  return config;
}

/// With a group of u0, u1 and u2; its calls ring for 45 s.
struct Phones : Fixture {
  explicit Phones(const Config& config = ringingFor(seconds{45}))
      : Fixture(GENERATE(StorageKind::memory, StorageKind::sqlite), config) {
    addGroup(trio, 3);
  }

  [[nodiscard]] RingState stateOf(const Call& call, const UserId& callee, const UserId& viewer) const {
    const auto rings = messenger->rings(call.id, viewer);
    REQUIRE_OK(rings);
    for (const CallRing& each : *rings) {
      if (each.user == callee) return each.state;
    }
    FAIL("no ring of " << callee.id);
    return {};
  }
  [[nodiscard]] std::vector<CallId> ringsFor(const UserId& callee) const {
    std::vector<CallId> ids;
    for (const CallView& each : messenger->ringing(callee)) ids.push_back(each.call.id);
    return ids;
  }
  [[nodiscard]] std::vector<CallId> missedBy(const UserId& callee) const {
    std::vector<CallId> ids;
    const auto missed = messenger->missedCalls(callee);
    REQUIRE_OK(missed);
    for (const auto& each : missed->calls) ids.push_back(each.call.call.id);
    return ids;
  }
  [[nodiscard]] std::size_t unseenBy(const UserId& callee) const {
    return messenger->missedCalls(callee).value().unseen;
  }
  void pass(milliseconds time) {
    clock->advance(time);
    messenger->jobs().runPending();
  }
  /// The reason that the last `ring.stopped` gave this user, empty if there was none since the last time.
  std::string toldToStop(const UserId& user) {
    std::string reason;
    for (const Broadcast& each : broadcaster->named("ring.stopped")) {
      const auto& channels = each.channels;
      if (std::find(channels.begin(), channels.end(), Broadcast::channelOf(user)) == channels.end()) continue;
      const std::string key = "\"reason\":\"";
      const std::size_t begin = each.payload.find(key) + key.size();
      reason = each.payload.substr(begin, each.payload.find('"', begin) - begin);
    }
    return reason;
  }
  [[nodiscard]] bool timerWaits() const {
    const auto jobs = messenger->jobs().pending();
    return std::any_of(jobs.begin(), jobs.end(),
                       [](const Job& each) { return each.type == JobType::stopRinging; });
  }

  const ThreadId trio{"trio"};
  const UserId alice = named("alice");
  const UserId bob = named("bob");
};

}  // namespace

TEST_CASE("ringing: a start -> every other member is rung, and the host hears whom", "[facade][ringing]") {
  Phones world;
  const Call call = world.start(world.trio, member(0));
  CHECK(world.ringsFor(member(1)) == std::vector{call.id});
  CHECK(world.ringsFor(member(2)) == std::vector{call.id});
  CHECK(world.ringsFor(member(0)).empty());
  CHECK(world.messenger->ringing(member(1)).front().part == CallView::Part::ringing);
  REQUIRE(world.events.count<CallRinging>() == 1);
  const CallRinging told = world.events.of<CallRinging>().front();
  CHECK(told.by == member(0));
  CHECK(told.callees == std::vector{member(1), member(2)});
  CHECK(world.broadcaster->named("incoming.call").size() == 1);
}

TEST_CASE("ringing: answered on one device -> the others stop, with its name", "[facade][ringing]") {
  Phones world;
  const Call call = world.start(world.pair, world.alice);
  REQUIRE_OK(world.messenger->joinCall(call.id, world.bob, DeviceId{"tablet"}));
  CHECK(world.stateOf(call, world.bob, world.alice) == RingState::answered);
  CHECK(world.ringsFor(world.bob).empty());
  CHECK(world.toldToStop(world.bob) == "answered");
  CHECK(world.broadcaster->named("ring.stopped").front().payload.find("\"device_id\":\"tablet\"") !=
        std::string::npos);
  REQUIRE(world.events.count<RingStopped>() == 1);
  CHECK(world.events.of<RingStopped>().front().device == DeviceId{"tablet"});
  CHECK_FALSE(world.timerWaits());
  world.pass(minutes{1});
  CHECK(world.now(call).active());
  CHECK(world.missedBy(world.bob).empty());
}

TEST_CASE("ringing: a further device of the caller -> is no answer", "[facade][ringing]") {
  Phones world;
  const Call call = world.start(world.pair, world.alice);
  REQUIRE_OK(world.messenger->joinCall(call.id, world.alice, DeviceId{"tablet"}));
  CHECK(world.stateOf(call, world.bob, world.alice) == RingState::ringing);
  world.pass(seconds{45});
  CHECK(world.now(call).endReason == EndReason::noAnswer);
}

TEST_CASE("ringing: nobody answers -> a private call ends and is missed", "[facade][ringing]") {
  Phones world;
  const Call call = world.start(world.pair, world.alice);
  world.pass(seconds{45} - milliseconds{1});
  CHECK(world.now(call).active());
  world.pass(milliseconds{1});
  CHECK(world.now(call).endReason == EndReason::noAnswer);
  CHECK(world.toldToStop(world.bob) == "missed");
  CHECK(world.missedBy(world.bob) == std::vector{call.id});
  REQUIRE(world.events.count<CallMissed>() == 1);
  const auto told = world.broadcaster->named("call.missed");
  REQUIRE(told.size() == 1);
  CHECK(told.front().channels == std::vector<std::string>{"messenger.user.bob"});
  CHECK(told.front().payload.find("Name of alice") != std::string::npos);
  CHECK(world.messenger->callHistory(world.pair, world.bob)->calls.front().part == CallView::Part::missed);
  CHECK(world.messenger->callHistory(world.pair, world.alice)->calls.front().part ==
        CallView::Part::outgoing);
  CHECK(world.messenger->jobs().pending().empty());
  world.requireSound();
}

TEST_CASE("ringing: nobody answers -> a group stops ringing and goes on", "[facade][ringing]") {
  Phones world;
  const Call call = world.start(world.trio, member(0));
  world.pass(seconds{45});
  CHECK(world.now(call).active());
  CHECK(world.stateOf(call, member(1), member(0)) == RingState::missed);
  CHECK(world.missedBy(member(2)) == std::vector{call.id});
  CHECK_FALSE(world.timerWaits());
  SECTION("who comes later has missed it no more") {
    world.join(call, member(1));
    CHECK(world.unseenBy(member(1)) == 0);
    CHECK(world.stateOf(call, member(1), member(0)) == RingState::missed);
    CHECK(world.messenger->callHistory(world.trio, member(1))->calls.front().part ==
          CallView::Part::answered);
  }
}

TEST_CASE("ringing: the caller hangs up first -> the callees have missed it", "[facade][ringing]") {
  Phones world;
  const Call call = world.start(world.trio, member(0));
  SECTION("by an end") {
    REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
  }
  SECTION("by leaving") {
    REQUIRE_OK(world.messenger->leaveCall(call.id, member(0)));
  }
  for (const std::size_t each : {1U, 2U}) {
    CHECK(world.toldToStop(member(each)) == "cancelled");
    CHECK(world.missedBy(member(each)) == std::vector{call.id});
    CHECK(world.ringsFor(member(each)).empty());
  }
  CHECK_FALSE(world.timerWaits());
}

TEST_CASE("ringing: others had answered when it ends -> missed, and told that it ended",
          "[facade][ringing]") {
  Phones world;
  const Call call = world.start(world.trio, member(0));
  world.join(call, member(1));
  CHECK(world.timerWaits());
  REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
  CHECK(world.toldToStop(member(2)) == "ended");
  CHECK(world.missedBy(member(2)) == std::vector{call.id});
  CHECK(world.missedBy(member(1)).empty());
}

TEST_CASE("ringing: the call had to end -> nobody has missed it", "[facade][ringing]") {
  Phones world;
  const Call call = world.start(world.pair, world.alice);
  REQUIRE_OK(world.messenger->host().endCall(call.id));
  CHECK(world.missedBy(world.bob).empty());
  CHECK(world.stateOf(call, world.bob, world.alice) == RingState::cancelled);
  CHECK(world.toldToStop(world.bob) == "cancelled");
}

TEST_CASE("ringing: declined -> it stops for the callee alone, and stays so", "[facade][ringing]") {
  Phones world;
  const Call call = world.start(world.trio, member(0));
  REQUIRE_OK(world.messenger->ignoreCall(call.id, member(1)));
  CHECK(world.ringsFor(member(1)).empty());
  CHECK(world.ringsFor(member(2)) == std::vector{call.id});
  CHECK(world.toldToStop(member(1)) == "declined");
  CHECK(world.toldToStop(member(2)).empty());
  world.restart();
  CHECK(world.stateOf(call, member(1), member(0)) == RingState::declined);
  CHECK(world.ringsFor(member(1)).empty());
  REQUIRE_OK(world.messenger->ignoreCall(call.id, member(1)));
  CHECK(world.broadcaster->named("ring.stopped").size() == 1);
  REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
  CHECK(world.stateOf(call, member(1), member(0)) == RingState::declined);
  CHECK(world.missedBy(member(1)).empty());
  CHECK(world.messenger->callHistory(world.trio, member(1))->calls.front().part == CallView::Part::declined);
}

TEST_CASE("ringing: declined in a private thread -> it stops, and the call ends", "[facade][ringing]") {
  Phones world;
  const Call call = world.start(world.pair, world.alice);
  REQUIRE_OK(world.messenger->ignoreCall(call.id, world.bob));
  CHECK(world.now(call).endReason == EndReason::declined);
  CHECK(world.stateOf(call, world.bob, world.alice) == RingState::declined);
  CHECK(world.broadcaster->named("ring.stopped").size() == 1);
  CHECK(world.missedBy(world.bob).empty());
  CHECK_FALSE(world.timerWaits());
}

TEST_CASE("ringing: a callee is removed from the thread -> it stops", "[facade][ringing]") {
  Phones world;
  const Call call = world.start(world.trio, member(0));
  REQUIRE_OK(world.messenger->threads().removeMember(world.trio, member(1)));
  CHECK(world.toldToStop(member(1)) == "cancelled");
  CHECK(world.stateOf(call, member(1), member(0)) == RingState::cancelled);
  CHECK(world.ringsFor(member(1)).empty());
  CHECK(world.missedBy(member(1)).empty());
}

TEST_CASE("ringing: rung again -> for those who are not in the call, and not too often",
          "[facade][ringing]") {
  Phones world;
  const Call call = world.start(world.trio, member(0));
  const auto ring = [&](const std::vector<UserId>& callees) {
    return world.messenger->ring(call.id, member(0), callees);
  };
  CHECK(ring({member(1)})->empty());  // rings already
  REQUIRE_OK(world.messenger->ignoreCall(call.id, member(1)));
  world.join(call, member(2));
  CHECK(ring({member(1)}).error().reason == Reason::rangJustNow);
  world.clock->advance(seconds{10});
  world.broadcaster->clear();
  const auto rung = ring({member(1), member(2), member(1)});
  REQUIRE_OK(rung);
  REQUIRE(rung->size() == 1);
  CHECK(rung->front().user == member(1));
  CHECK(world.ringsFor(member(1)) == std::vector{call.id});
  REQUIRE(world.broadcaster->named("incoming.call").size() == 1);
  CHECK(world.broadcaster->named("incoming.call").front().channels ==
        std::vector<std::string>{"messenger.user.u1"});
  CHECK(world.events.count<CallRinging>() == 2);
  // Its own 45 s.
  world.pass(seconds{44});
  CHECK(world.ringsFor(member(1)) == std::vector{call.id});
  world.pass(seconds{1});
  CHECK(world.missedBy(member(1)) == std::vector{call.id});

  CHECK(ring({}).error().reason == Reason::invalidInput);
  CHECK(ring({world.alice}).error().reason == Reason::userNotFound);
  CHECK(ring(std::vector<UserId>(33, member(1))).error().reason == Reason::tooManyCallees);
  CHECK(world.messenger->ring(call.id, member(1), {member(2)}).error().reason == Reason::notInCall);
  CHECK(world.messenger->ring(call.id, world.alice, {member(1)}).error().reason == Reason::notMember);
}

TEST_CASE("ringing: one rung later -> stops later, by the same timer", "[facade][ringing]") {
  Phones world;
  const Call call = world.start(world.trio, member(0));
  REQUIRE_OK(world.messenger->ignoreCall(call.id, member(1)));
  world.clock->advance(seconds{20});
  REQUIRE_OK(world.messenger->ring(call.id, member(0), {member(1)}));
  world.pass(seconds{25});
  CHECK(world.stateOf(call, member(2), member(0)) == RingState::missed);
  CHECK(world.stateOf(call, member(1), member(0)) == RingState::ringing);
  CHECK(world.timerWaits());
  world.pass(seconds{20});
  CHECK(world.stateOf(call, member(1), member(0)) == RingState::missed);
  CHECK_FALSE(world.timerWaits());
}

TEST_CASE("ringing: a kicked participant -> is not rung", "[facade][ringing]") {
  Phones world;
  const Call call = world.start(world.trio, member(0));
  const CallParticipant row = world.join(call, member(1));
  REQUIRE_OK(world.messenger->kickParticipant(call.id, member(0), row.id));
  world.clock->advance(minutes{1});
  CHECK(world.messenger->ring(call.id, member(0), {member(1)}).error().reason == Reason::userNotFound);
}

TEST_CASE("ringing: who is busy -> as the configuration says", "[facade][ringing]") {
  const auto whenBusy = GENERATE(WhenBusy::ring, WhenBusy::mark, WhenBusy::refuse);
  Phones world(ringingFor(seconds{45}, whenBusy));
  REQUIRE_OK(world.messenger->threads().putMember(world.trio, Fixture::memberOf(world.bob)));
  const Call other = world.start(world.pair, world.alice);
  world.join(other, world.bob);
  world.broadcaster->clear();

  const Call group = world.start(world.trio, member(0));
  const bool rings = whenBusy == WhenBusy::ring;
  CHECK(world.stateOf(group, world.bob, member(0)) == (rings ? RingState::ringing : RingState::busy));
  CHECK(world.stateOf(group, member(1), member(0)) == RingState::ringing);
  CHECK(world.missedBy(world.bob) == (rings ? std::vector<CallId>{} : std::vector{group.id}));
  const auto pushed = world.broadcaster->named("incoming.call").front().channels;
  CHECK(std::count(pushed.begin(), pushed.end(), "messenger.user.bob") == (rings ? 1 : 0));

  const ThreadId direct{"direct"};
  REQUIRE_OK(world.messenger->threads().createPrivate(Fixture::memberOf(member(1)),
                                                      Fixture::memberOf(world.bob), direct));
  const auto started = world.messenger->startCall(direct, member(1));
  if (whenBusy == WhenBusy::refuse) {
    CHECK(started.error().reason == Reason::calleeBusy);
  } else {
    REQUIRE_OK(started);
    CHECK(world.stateOf(*started, world.bob, member(1)) == (rings ? RingState::ringing : RingState::busy));
  }
}

TEST_CASE("ringing: missed calls -> seen one after another", "[facade][ringing]") {
  Phones world;
  std::vector<CallId> calls;
  for (int i = 0; i < 3; ++i) {
    calls.push_back(world.start(world.pair, world.alice).id);
    world.pass(minutes{1});
  }
  CHECK(world.missedBy(world.bob) == std::vector{calls[2], calls[1], calls[0]});
  CHECK(world.unseenBy(world.bob) == 3);
  CHECK(world.messenger->markMissedSeen(world.bob, calls[1]) == 2);
  CHECK(world.unseenBy(world.bob) == 1);
  CHECK(world.messenger->markMissedSeen(world.bob) == 1);
  CHECK(world.messenger->markMissedSeen(world.bob) == 0);
  CHECK(world.missedBy(world.bob).size() == 3);
  CHECK(world.messenger->markMissedSeen(world.alice) == 0);
  CHECK(world.messenger->missedCalls(world.bob, {}, CallId{"nowhere"}).error().reason ==
        Reason::callNotFound);
  const auto since = world.messenger->missedCalls(world.bob, world.clock->now().wall - minutes{1});
  CHECK(since->calls.size() == 1);
  // Nobody learns of a thread that they were removed from.
  REQUIRE_OK(world.messenger->threads().removeMember(world.pair, world.bob));
  CHECK(world.missedBy(world.bob).empty());
}

TEST_CASE("ringing: too many to ring, or switched off -> as ever", "[facade][ringing]") {
  const bool enabled = GENERATE(true, false);
  Phones world(enabled ? ringingFor(seconds{45}) : Fixture::configured());
  const ThreadId thread = enabled ? world.team : world.trio;
  const Call call = world.start(thread, member(0));
  CHECK(world.broadcaster->named("incoming.call").size() == 1);
  CHECK(world.ringsFor(member(1)).empty());
  CHECK_FALSE(world.timerWaits());
  REQUIRE_OK(world.messenger->ignoreCall(call.id, member(1)));
  CHECK(world.now(call).revision == call.revision);
  REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
  CHECK(world.broadcaster->named("ring.stopped").empty());
  CHECK(world.missedBy(member(1)).empty());
  CHECK(world.events.count<CallRinging>() == 0);
}

TEST_CASE("ringing: a large group -> some of it can be rung", "[facade][ringing]") {
  Phones world;
  const Call call = world.start(world.team, member(0));
  const auto rung = world.messenger->ring(call.id, member(0), {member(70), member(71)});
  REQUIRE_OK(rung);
  CHECK(rung->size() == 2);
  CHECK(world.ringsFor(member(70)) == std::vector{call.id});
  std::vector<UserId> many;
  for (std::size_t i = 1; i <= 31; ++i) many.push_back(member(i));
  CHECK(world.messenger->ring(call.id, member(0), many).error().reason == Reason::tooManyCallees);
  world.pass(seconds{45});
  CHECK(world.missedBy(member(71)) == std::vector{call.id});
}

TEST_CASE("ringing: the process that started it is gone -> another one ends it in time",
          "[facade][ringing]") {
  Phones world;
  const Call call = world.start(world.pair, world.alice);
  world.restart();
  world.pass(seconds{45});
  CHECK(world.now(call).endReason == EndReason::noAnswer);
  CHECK(world.missedBy(world.bob) == std::vector{call.id});
}

TEST_CASE("ringing: the setup fails for good -> it stops, and nobody has missed it", "[facade][ringing]") {
  Config config = ringingFor(minutes{30});
  config.jobs.maxAttempts = 1;
  Phones world(config);
  world.provider->answerCreate(testing::ProviderAnswer::no);
  const Call call = world.start(world.pair, world.alice);
  world.messenger->jobs().runPending();
  CHECK(world.now(call).endReason == EndReason::setupFailed);
  CHECK(world.stateOf(call, world.bob, world.alice) == RingState::cancelled);
  CHECK(world.toldToStop(world.bob) == "cancelled");
}

}  // namespace messenger::tests
