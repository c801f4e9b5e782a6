// Who is evicted by the activity check, and who never is.
#include "messenger/errors.hpp"
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

using testing::Fault;

/// A host's loop: lets time pass a second at a time, does the due tasks, and sends the heartbeats of live
/// participants.
class Loop {
 public:
  explicit Loop(Fixture& world) : world_(world) {}

  void run(seconds time, const std::function<void(int)>& each = nullptr) {
    for (int i = 0; i < time.count(); ++i) {
      if (each) each(now_);
      world_.messenger->host().runDueTasks();
      world_.clock->advance(seconds{1});
      ++now_;
    }
  }

  [[nodiscard]] int now() const noexcept { return now_; }

 private:
  Fixture& world_;
  int now_ = 0;
};

/// One whose heartbeats come in only when something else has happened.
struct SlowPresence : testing::ForwardingPresence {
  SlowPresence() : ForwardingPresence(memoryPresence()) {}
  bool touch(const CallId& call, const UserId& user, const DeviceId& device, SteadyPoint now) override {
    if (auto before = std::exchange(beforeTouch, nullptr)) before();
    return ForwardingPresence::touch(call, user, device, now);
  }
  std::function<void()> beforeTouch{};
};

}  // namespace

TEST_CASE("heartbeat: its OS thread stands still while a report is made -> it is stored all the same",
          "[facade][presence]") {
  Fixture world(GENERATE(eitherStorage()));
  const auto slow = std::make_shared<SlowPresence>();
  Messenger messenger(Fixture::configured(), Dependencies{.storage = world.storage,
                                                          .threads = nullptr,
                                                          .presence = slow,
                                                          .broadcaster = nullptr,
                                                          .clock = world.clock,
                                                          .logger = world.logger});
  const auto call = messenger.startCall(world.team, member(0));
  REQUIRE_OK(call);
  messenger.host().flushPresence();
  world.clock->advance(seconds{10});
  slow->beforeTouch = [&] {
    world.clock->advance(seconds{5});
    messenger.host().flushPresence();
  };
  const bool first = messenger.tryHeartbeat(call->id, member(0));
  CHECK_FALSE(first);
  slow->beforeTouch = [&] {
    world.clock->advance(seconds{5});
    messenger.host().flushPresence();
  };
  REQUIRE_OK(messenger.heartbeat(call->id, member(0)));
  messenger.host().flushPresence();
  const auto stored = world.stored();
  REQUIRE(stored.size() == 1);
  CHECK(world.storageNow() - stored.front().lastSeen <= seconds{1});
}

TEST_CASE("check_activity: silent for 59.999 s or 60 s -> stays or is evicted", "[facade][presence]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const Call call = world.startTeam();
  world.join(call, member(1));
  world.clock->advance(seconds{40});
  REQUIRE_OK(world.messenger->heartbeat(call.id, member(0)));
  REQUIRE_OK(world.messenger->heartbeat(call.id, member(1)));

  world.clock->advance(milliseconds{59'999});
  REQUIRE_OK(world.messenger->heartbeat(call.id, member(0)));
  REQUIRE(world.messenger->host().checkActivity() == 1);
  REQUIRE(world.isIn(call, member(1)));

  world.clock->advance(milliseconds{1});
  world.messenger->host().checkActivity();
  REQUIRE_FALSE(world.isIn(call, member(1)));
  REQUIRE(world.isIn(call, member(0)));
  REQUIRE(world.events.of<CallLeft>().back().participant.user == member(1));
  REQUIRE_REFUSED(world.messenger->heartbeat(call.id, member(1)), Reason::notInCall);

  world.clock->advance(seconds{60});
  world.messenger->host().checkActivity();
  REQUIRE(world.now(call).endReason == EndReason::inactive);
  world.drain();
  world.requireSound();
}

TEST_CASE("check_activity: joining while in the call -> counts as a heartbeat", "[facade][presence]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const Call call = world.startTeam();
  world.clock->advance(seconds{59});
  REQUIRE_FALSE(world.messenger->joinCall(call.id, member(0))->first);
  world.clock->advance(seconds{59});
  world.messenger->host().checkActivity();
  REQUIRE(world.isIn(call, member(0)));
}

TEST_CASE("check_activity: a young call -> skipped", "[facade][presence]") {
  const auto kind = GENERATE(eitherStorage());
  const auto when = GENERATE(When::now, When::queued);
  CAPTURE(kind, static_cast<int>(when));
  Config config = Fixture::configured();
  config.presence.newCallGrace = seconds{90};
  Fixture world(kind, config);
  const Call call = world.start(world.team, member(0));
  world.clock->advance(seconds{89});
  REQUIRE(world.messenger->host().checkActivity(when) == 0);
  world.messenger->jobs().runPending();
  REQUIRE(world.now(call).active());
  // Younger than the queued check of the older call.
  world.clock->advance(seconds{1});
  const Call young = world.start(world.pair, named("alice"));
  world.clock->advance(seconds{89});
  REQUIRE(world.messenger->host().checkActivity(when) == 1);
  world.messenger->jobs().runPending();
  REQUIRE_FALSE(world.now(call).active());
  REQUIRE(world.now(young).active());
}

TEST_CASE("check_activity: a young call in the periodic check -> skipped", "[facade][presence]") {
  Config config = Fixture::configured();
  config.presence.newCallGrace = minutes{5};
  Fixture world(StorageKind::memory, config);
  const Call call = world.start(world.team, member(0));
  Loop(world).run(seconds{290});
  REQUIRE(world.now(call).active());
  Loop(world).run(seconds{80});
  REQUIRE_FALSE(world.now(call).active());
}

TEST_CASE("presence: heartbeats through restarts -> stays", "[facade][presence]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const Call call = world.startTeam();
  world.join(call, member(1));
  Loop loop(world);
  for (int life = 0; life < 4; ++life) {
    loop.run(seconds{95}, [&](int now) {
      if (now % 30 == 0) {
        REQUIRE_OK(world.messenger->heartbeat(call.id, member(0)));
        REQUIRE_OK(world.messenger->heartbeat(call.id, member(1)));
      }
    });
    if (life % 2 == 0) world.messenger->host().flushPresence();
    world.restart();
  }
  REQUIRE(world.isIn(call, member(0)));
  REQUIRE(world.isIn(call, member(1)));
}

TEST_CASE("presence: a start is answered long after its commit -> a whole TTL is left from then on",
          "[facade][presence]") {
  Fixture world(GENERATE(eitherStorage()));
  Loop loop(world);
  loop.run(seconds{90});
  const Subscription slow = world.messenger->onEvent([&](const Event& event) {
    if (std::holds_alternative<CallStarted>(event)) loop.run(seconds{50});
  });
  const Call call = world.startTeam();
  loop.run(seconds{58});
  REQUIRE(world.isIn(call, member(0)));
  loop.run(seconds{90});
  REQUIRE_FALSE(world.now(call).active());
}

TEST_CASE("presence: silent since before a restart -> evicted one TTL and a check after it",
          "[facade][presence]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const Call call = world.startTeam();
  world.clock->advance(seconds{10});
  world.restart();
  world.clock->advance(milliseconds{59'999});
  world.messenger->host().checkActivity();
  REQUIRE(world.now(call).active());
  Loop(world).run(seconds{62});
  REQUIRE_FALSE(world.now(call).active());
}

TEST_CASE("presence: the wall clock jumps -> nothing depends on it", "[facade][presence]") {
  const auto kind = GENERATE(eitherStorage());
  const auto jump = GENERATE(hours{1}, hours{-1});
  CAPTURE(kind, jump.count());
  Fixture world(kind);
  const Call call = world.startTeam();
  world.join(call, member(1));
  Loop loop(world);
  loop.run(seconds{400}, [&](int now) {
    if (now % 30 == 0) REQUIRE_OK(world.messenger->heartbeat(call.id, member(0)));
    if (now % 30 == 0 && now < 200) REQUIRE_OK(world.messenger->heartbeat(call.id, member(1)));
    if (now == 119 || now == 185) world.clock->jump(jump);
    if (now < 240) REQUIRE(world.isIn(call, member(1)));
    if (now > 180 + 60 + 60) REQUIRE_FALSE(world.isIn(call, member(1)));
    REQUIRE(world.isIn(call, member(0)));
  });
}

TEST_CASE("presence: the wall clock jumps -> a check evicts as if it had not", "[facade][presence]") {
  const auto kind = GENERATE(eitherStorage());
  const auto jump = GENERATE(hours{24}, hours{-24});
  CAPTURE(kind, jump.count());
  Fixture world(kind);
  const Call call = world.startTeam();
  world.clock->jump(jump);
  world.clock->advance(milliseconds{59'999});
  world.messenger->host().checkActivity();
  REQUIRE(world.now(call).active());
  world.clock->advance(milliseconds{2});
  world.messenger->host().checkActivity();
  REQUIRE(world.now(call).endReason == EndReason::inactive);
  REQUIRE(world.now(call).duration().value() >= Duration::zero());
}

TEST_CASE("presence: a loop stood still -> a TTL of grace", "[facade][presence]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const Call call = world.startTeam();
  Loop loop(world);
  const auto beat = [&](int now) {
    if (now % 30 == 0) REQUIRE_OK(world.messenger->heartbeat(call.id, member(0)));
  };
  loop.run(seconds{61}, beat);
  // The whole process stood still: no heartbeat could arrive.
  world.clock->advance(seconds{100});
  loop.run(seconds{60});
  REQUIRE(world.now(call).active());
  loop.run(seconds{62});
  REQUIRE_FALSE(world.now(call).active());
}

TEST_CASE("presence: a presence store does not answer -> a TTL of grace", "[facade][presence]") {
  const auto kind = GENERATE(eitherStorage());
  const int noticedBy = GENERATE(0, 1, 2, 3);
  CAPTURE(kind, noticedBy);
  Fixture world(kind);
  const Call call = world.startTeam();
  world.clock->advance(seconds{70});
  world.presence->setFailing(true);
  if (noticedBy == 0) REQUIRE_THROWS_AS(world.messenger->heartbeat(call.id, member(0)), PresenceError);
  if (noticedBy == 1) REQUIRE_THROWS_AS(world.messenger->joinCall(call.id, member(0)), PresenceError);
  if (noticedBy == 2) REQUIRE_THROWS_AS(world.messenger->host().checkActivity(), PresenceError);
  if (noticedBy == 3) world.messenger->host().flushPresence();
  world.presence->setFailing(false);
  world.messenger->host().checkActivity();
  REQUIRE(world.now(call).active());
  world.clock->advance(milliseconds{59'999});
  world.messenger->host().checkActivity();
  REQUIRE(world.now(call).active());
  world.clock->advance(milliseconds{1});
  world.messenger->host().checkActivity();
  REQUIRE_FALSE(world.now(call).active());
}

TEST_CASE("presence: the presence store fails while a verb commits -> the verb succeeds",
          "[facade][presence]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const Call call = world.startTeam();
  world.join(call, member(1));
  world.presence->setFailing(true);
  REQUIRE_THROWS_AS(world.messenger->joinCall(call.id, member(2)), PresenceError);
  REQUIRE_FALSE(world.isIn(call, member(2)));
  REQUIRE_THROWS_AS(world.messenger->startCall(world.pair, named("alice")), PresenceError);
  REQUIRE(world.callsOf(world.pair, named("alice")).empty());
  REQUIRE_OK(world.messenger->leaveCall(call.id, member(1)));
  REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
  REQUIRE(world.events.count<CallEnded>() == 1);
}

TEST_CASE("presence: the storage fails for heartbeats -> their senders are not evicted",
          "[facade][presence]") {
  // After a restart nobody is tracked, and heartbeats cannot be checked while the storage is down.
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const Call call = world.startTeam();
  world.clock->advance(seconds{30});
  world.restart();
  world.storage->failIf([](const testing::StorageOperation&) { return true; }, Fault::before);
  for (int i = 0; i < 3; ++i) {
    REQUIRE_THROWS_AS(world.messenger->heartbeat(call.id, member(0)), StorageUnavailable);
    world.clock->advance(seconds{30});
  }
  world.storage->heal();
  world.messenger->host().checkActivity();
  REQUIRE(world.now(call).active());
}

TEST_CASE("presence: the storage fails a join -> a tracked participant stays tracked", "[facade][presence]") {
  // A client reconnects by joining while the storage is down for a moment; nothing is reported.
  Config config = Fixture::configured();
  config.presence.writeBehind = seconds{0};
  Fixture world(StorageKind::memory, config);
  const Call call = world.startTeam();
  for (int i = 0; i < 4; ++i) {
    world.clock->advance(seconds{30});
    REQUIRE_OK(world.messenger->heartbeat(call.id, member(0)));
  }
  world.storage->failIf([](const testing::StorageOperation& each) { return each.name == "save"; },
                        Fault::before);
  REQUIRE_THROWS_AS(world.messenger->joinCall(call.id, member(0)), StorageUnavailable);
  world.storage->heal();
  world.messenger->host().checkActivity();
  REQUIRE(world.now(call).active());
}

TEST_CASE("presence: heartbeats could not be reported -> reported later", "[facade][presence]") {
  Fixture world;
  const Call call = world.startTeam();
  const StorageTime begin = world.storageNow();
  Loop loop(world);
  loop.run(seconds{1});  // which takes a lease
  world.storage->failIf([](const testing::StorageOperation& each) { return each.name == "save"; },
                        Fault::before);
  loop.run(seconds{20}, [&](int now) {
    if (now == 10) REQUIRE_OK(world.messenger->heartbeat(call.id, member(0)));
  });
  REQUIRE(world.logger->has(LogLevel::error, "heartbeats could not be reported"));
  world.storage->heal();
  loop.run(seconds{30});
  const auto stored = world.stored();
  REQUIRE(stored.size() == 1);
  REQUIRE(stored[0].lastSeen == begin + seconds{10});
}

TEST_CASE("presence: a heartbeat just after a report -> in the next report", "[facade][presence]") {
  Fixture world;
  const Call call = world.startTeam();
  Loop loop(world);
  loop.run(seconds{15});
  const SteadyPoint justBefore = world.steady() - milliseconds{100};
  world.messenger->host().runDueTasks();
  // Its OS thread read the clock before the report did, and reached the presence after it.
  REQUIRE(world.presence->touch(call.id, member(0), {}, justBefore));
  loop.run(seconds{20});
  const auto stored = world.stored();
  REQUIRE(stored.size() == 1);
  REQUIRE(stored[0].lastSeen == world.storage->timeAt(justBefore));
}

TEST_CASE("presence: a check fails -> logged and repeated", "[facade][presence]") {
  Fixture world;
  const Call call = world.startTeam();
  world.storage->failIf([](const testing::StorageOperation& each) { return each.name == "silent"; },
                        Fault::before);
  Loop loop(world);
  loop.run(seconds{62});
  REQUIRE(world.logger->has(LogLevel::error, "activity check failed"));
  REQUIRE(world.now(call).active());
  world.storage->heal();
  loop.run(seconds{61});
  REQUIRE_FALSE(world.now(call).active());
}

TEST_CASE("presence: calling disabled -> nothing is checked", "[facade][presence]") {
  Fixture world;
  const Call call = world.startTeam();
  Config off = Fixture::configured();
  off.calling.enabled = false;
  world.restart(off);
  world.clock->advance(minutes{10});
  REQUIRE(world.messenger->host().checkActivity() == 0);
  Loop(world).run(seconds{130});
  REQUIRE(world.now(call).active());
  REQUIRE_REFUSED(world.messenger->host().callsDown(minutes{1}), Reason::callingDisabled);
}

}  // namespace messenger::tests
