// Two processes on one storage, each with its own memory for heartbeats.
#include <functional>
#include <utility>

#include "messenger/testing/forwarding_presence.hpp"
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

/// Two Messengers, both with a loop that does the due tasks every second.
class Two {
 public:
  explicit Two(StorageKind kind, const Config& second = Fixture::configured())
      : world(kind), other(world.another(second)) {}

  void run(seconds time, const std::function<void(int)>& each = nullptr) {
    for (int i = 0; i < time.count(); ++i, ++now) {
      if (each) each(now);
      world.messenger->host().runDueTasks();
      if (other) other->host().runDueTasks();
      world.clock->advance(seconds{1});
    }
  }

  Fixture world;
  std::unique_ptr<Messenger> other;
  int now = 0;
};

}  // namespace

TEST_CASE("two processes: heartbeats at one of them -> not evicted by the other", "[facade][presence]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Two two(kind);
  const Call call = two.world.startTeam();
  REQUIRE_OK(two.other->joinCall(call.id, member(1)));
  two.run(seconds{400}, [&](int now) {
    if (now % 30 == 0) REQUIRE_OK(two.world.messenger->heartbeat(call.id, member(0)));
    if (now % 30 == 7) REQUIRE_OK(two.other->heartbeat(call.id, member(1)));
    REQUIRE(two.world.isIn(call, member(0)));
    REQUIRE(two.world.isIn(call, member(1)));
  });
}

TEST_CASE("two processes: a client moves from one to the other -> not evicted", "[facade][presence]") {
  // Slow heartbeats within the TTL, alternately at both: neither receives enough by itself.
  const auto kind = GENERATE(eitherStorage());
  const int beat = GENERATE(30, 45, 58);
  CAPTURE(kind, beat);
  Two two(kind);
  const Call call = two.world.startTeam();
  int beats = 0;
  two.run(seconds{900}, [&](int now) {
    if (now % beat == 0) {
      Messenger& at = beats++ % 2 == 0 ? *two.other : *two.world.messenger;
      REQUIRE_OK(at.heartbeat(call.id, member(0)));
    }
    REQUIRE(two.world.isIn(call, member(0)));
  });
}

TEST_CASE("two processes: silent at both -> evicted", "[facade][presence]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Two two(kind);
  const Call call = two.world.startTeam();
  REQUIRE_OK(two.other->joinCall(call.id, member(1)));
  two.run(seconds{300}, [&](int now) {
    if (now % 30 == 0) REQUIRE_OK(two.world.messenger->heartbeat(call.id, member(0)));
    if (now % 30 == 7 && now < 100) REQUIRE_OK(two.other->heartbeat(call.id, member(1)));
    // Last seen at 97: the TTL, the interval of the write-behind, one check.
    if (now < 157) REQUIRE(two.world.isIn(call, member(1)));
    if (now > 97 + 60 + 15 + 60) REQUIRE_FALSE(two.world.isIn(call, member(1)));
  });
  REQUIRE(two.world.isIn(call, member(0)));
}

TEST_CASE("two processes: one dies -> nobody is evicted before its lease and a TTL are over",
          "[facade][presence]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Two two(kind);
  const Call call = two.world.startTeam();
  two.run(seconds{55});
  two.other.reset();  // what it may have received since its last report at 45 is unknown
  two.other = two.world.another();
  two.run(seconds{55});
  // Its lease ended at 75.
  REQUIRE(two.world.messenger->host().checkActivity() == 1);
  REQUIRE(two.world.now(call).active());
  two.run(seconds{130});
  REQUIRE_FALSE(two.world.now(call).active());
}

TEST_CASE("two processes: left or kicked through the other -> untracked with the next report",
          "[facade][presence]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Two two(kind);
  const Call call = two.world.startTeam();
  two.world.join(call, member(1));
  const CallParticipant row = two.world.join(call, member(2));
  REQUIRE_OK(two.other->leaveCall(call.id, member(1)));
  REQUIRE_OK(two.other->kickParticipant(call.id, member(0), row.id));
  two.run(seconds{16});
  REQUIRE_REFUSED(two.world.messenger->heartbeat(call.id, member(1)), Reason::notInCall);
  REQUIRE_REFUSED(two.world.messenger->heartbeat(call.id, member(2)), Reason::kicked);
  REQUIRE_OK(two.other->host().endCall(call.id));
  two.run(seconds{16});
  REQUIRE(two.world.presence->seenWithin(hours{1}, two.world.clock->now().steady).empty());
}

TEST_CASE("two processes: left through the other -> a heartbeat that is written through is refused",
          "[facade][presence]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  Config config = Fixture::configured();
  config.presence.receivesHeartbeats = false;  // no reports, so no lease: each heartbeat is written by itself
  const auto other = world.another(config);
  const Call call = world.startTeam();
  REQUIRE_OK(other->joinCall(call.id, member(1)));
  REQUIRE_OK(other->heartbeat(call.id, member(1)));
  REQUIRE_OK(world.messenger->leaveCall(call.id, member(1)));
  REQUIRE_REFUSED(other->heartbeat(call.id, member(1)), Reason::notInCall);
}

TEST_CASE("two processes: an answer that took long -> a whole TTL from then", "[facade][presence]") {
  const auto kind = GENERATE(eitherStorage());
  const bool joins = GENERATE(false, true);  // or sends a heartbeat
  CAPTURE(kind, joins);
  Two two(kind);
  const Call call = two.world.startTeam();
  two.run(seconds{70}, [&](int now) {
    if (now % 15 == 0) REQUIRE_OK(two.world.messenger->heartbeat(call.id, member(0)));
  });
  const auto wait = [&](int time) {  // at this one; the other goes on
    for (int i = 0; i < time; ++i) {
      two.world.clock->advance(seconds{1});
      two.other->host().runDueTasks();
    }
  };
  wait(31);  // the lease ends, so everything is stored at once
  bool waited = false;
  const std::string_view slow = joins ? "commit" : "save";
  two.world.storage->failIf(
      [&](const testing::StorageOperation& each) {
        if (each.name == slow && !std::exchange(waited, true)) wait(50);
        return false;
      },
      testing::Fault::before);
  const UserId who = member(joins ? 1 : 0);
  if (joins) {
    REQUIRE_OK(two.world.messenger->joinCall(call.id, who));
  } else {
    REQUIRE_OK(two.world.messenger->heartbeat(call.id, who));
  }
  REQUIRE(waited);
  for (int i = 0; i < 58; ++i) {
    wait(1);
    two.other->host().checkActivity();
    REQUIRE(two.world.isIn(call, who));
  }
}

TEST_CASE("two processes: an answer is slow each time -> not acknowledged", "[facade][presence]") {
  Two two(StorageKind::memory);
  const Call call = two.world.startTeam();
  two.world.clock->advance(seconds{31});
  two.world.storage->failIf(
      [&](const testing::StorageOperation& each) {
        if (each.name == "save") two.world.clock->advance(seconds{50});
        return false;
      },
      testing::Fault::before);
  REQUIRE_THROWS_AS(two.world.messenger->heartbeat(call.id, member(0)), StorageBusy);
  REQUIRE_THROWS_AS(two.other->heartbeat(call.id, member(0)), StorageBusy);
  REQUIRE_OK(two.other->joinCall(call.id, member(1)));  // it is committed: they are in the call
  REQUIRE(two.world.isIn(call, member(1)));
}

TEST_CASE("two processes: a tool that receives nothing -> uses what the others have reported",
          "[facade][presence]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const Call call = world.startTeam();
  world.join(call, member(1));
  Config deaf = Fixture::configured();
  deaf.presence.receivesHeartbeats = false;
  const auto tool = world.another(deaf);

  const auto run = [&](int from, int to) {
    for (int now = from; now < to; ++now) {
      if (now % 30 == 0) REQUIRE_OK(world.messenger->heartbeat(call.id, member(0)));
      if (now % 15 == 0) world.messenger->host().flushPresence();
      world.clock->advance(seconds{1});
    }
  };
  tool->host().checkActivity();  // no peer has received heartbeats for a TTL
  run(0, 61);
  tool->host().checkActivity();  // member 1: silent for 61 s, but the other may report up to 15 s late
  REQUIRE(world.isIn(call, member(1)));
  run(61, 76);
  tool->host().checkActivity();
  REQUIRE_FALSE(world.isIn(call, member(1)));
  REQUIRE(world.isIn(call, member(0)));

  // The presence peer has died: nobody knows which heartbeats came.
  world.clock->advance(minutes{10});
  tool->host().checkActivity();
  REQUIRE(world.isIn(call, member(0)));
}

TEST_CASE("two processes: a tool that receives nothing -> reports nothing", "[facade][presence]") {
  Fixture world;
  Config deaf = Fixture::configured();
  deaf.presence.receivesHeartbeats = false;
  const auto tool = world.another(deaf);
  const Call call = world.startTeam();
  tool->host().flushPresence();
  tool->host().runDueTasks();
  REQUIRE(world.storage->heartbeats().peers().empty());
  REQUIRE(world.now(call).active());
}

TEST_CASE("two processes: calls taken down by one -> down for all", "[facade][calls_down]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Two two(kind);
  const Call call = two.world.startTeam();
  REQUIRE(two.other->host().callsDown(minutes{10}) == 1U);
  REQUIRE(two.world.messenger->host().callsAreDown());
  REQUIRE_REFUSED(two.world.messenger->startCall(two.world.pair, named("alice")), Reason::callsDown);
  two.world.messenger->jobs().runPending();
  REQUIRE(two.world.now(call).endReason == EndReason::maintenance);
  REQUIRE(two.world.messenger->host().callsUp());
  REQUIRE_FALSE(two.other->host().callsAreDown());
  REQUIRE_FALSE(two.other->host().callsUp());
  REQUIRE_OK(two.other->startCall(two.world.pair, named("alice")));
  // And calls are up again by themselves.
  REQUIRE_OK(two.other->host().callsDown(minutes{10}, When::now));
  two.world.clock->advance(minutes{10} - milliseconds{1});
  REQUIRE(two.world.messenger->host().callsAreDown());
  two.world.clock->advance(milliseconds{1});
  REQUIRE_FALSE(two.world.messenger->host().callsAreDown());
  REQUIRE_OK(two.world.messenger->startCall(two.world.pair, named("alice")));
}

TEST_CASE("presence: untracked late and in again meanwhile -> the heartbeats since then count",
          "[facade][presence]") {
  /// Does something, once, right before somebody is untracked.
  struct Late final : testing::ForwardingPresence {
    using ForwardingPresence::ForwardingPresence;
    void untrack(const SessionKey& who, std::int64_t revision) override {
      if (const auto act = std::exchange(before, nullptr)) act();
      ForwardingPresence::untrack(who, revision);
    }
    std::function<void()> before;
  };
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const auto presence = std::make_shared<Late>(memoryPresence());
  Messenger messenger(
      Fixture::configured(),
      Dependencies{
          .storage = world.storage, .presence = presence, .clock = world.clock, .logger = world.logger});
  const Call call = world.startTeam();
  REQUIRE_OK(messenger.joinCall(call.id, member(1)));
  presence->before = [&] {
    REQUIRE_OK(messenger.joinCall(call.id, member(1)));
    world.clock->advance(seconds{1});
    REQUIRE_OK(messenger.heartbeat(call.id, member(1)));
  };
  REQUIRE_OK(messenger.leaveCall(call.id, member(1)));
  REQUIRE_FALSE(presence->before);
  REQUIRE(presence->sinceLastSeen({call.id, member(1)}, world.steady()) == Duration::zero());
}

}  // namespace messenger::tests
