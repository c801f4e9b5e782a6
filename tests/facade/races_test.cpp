// Many OS threads of one process do the same thing.
#include <atomic>
#include <latch>
#include <set>

#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

constexpr std::size_t racers = 64;

}  // namespace

TEST_CASE("races: 64 starts on one thread -> one call", "[facade][races]") {
  const auto kind = GENERATE(eitherStorage());
  const bool queued = GENERATE(true, false);
  CAPTURE(kind, queued);
  Fixture world(kind, Fixture::configured(queued));

  std::atomic<int> started{0};
  std::atomic<int> refused{0};
  together(racers, [&](std::size_t i) {
    const auto call = world.messenger->startCall(world.team, member(i));
    if (call) ++started;
    if (!call && call.error().reason == Reason::callAlreadyActive) ++refused;
  });

  REQUIRE(started == 1);
  REQUIRE(refused == racers - 1);
  REQUIRE(world.callsOf(world.team, member(0)).size() == 1);
  REQUIRE(world.events.count<CallStarted>() == 1);
  REQUIRE(world.broadcaster->named("incoming.call").size() == 1);
  world.drain();
  world.requireSound();
}

TEST_CASE("races: 64 joins of one user -> one row and one event", "[facade][races]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const Call call = world.startTeam();

  std::atomic<int> first{0};
  std::atomic<int> in{0};
  together(racers, [&](std::size_t) {
    const auto joined = world.messenger->joinCall(call.id, member(1));
    if (joined) ++in;
    if (joined && joined->first) ++first;
  });

  REQUIRE(in == racers);
  REQUIRE(first == 1);
  REQUIRE(world.messenger->host().participants(call.id).size() == 2);
  REQUIRE(world.events.count<CallJoined>() == 1);
  REQUIRE(world.broadcaster->named("joined.call").size() == 1);
}

TEST_CASE("races: 64 users join -> one row each", "[facade][races]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const Call call = world.startTeam();

  std::atomic<int> first{0};
  together(racers, [&](std::size_t i) {
    const auto joined = world.messenger->joinCall(call.id, member(i + 1));
    if (joined && joined->first) ++first;
  });

  REQUIRE(first == racers);
  std::set<std::string> owners;
  for (const auto& row : world.messenger->host().participants(call.id)) owners.insert(row.user.text());
  REQUIRE(owners.size() == racers + 1);
  REQUIRE(world.messenger->host().participants(call.id).size() == racers + 1);
  REQUIRE(world.events.count<CallJoined>() == racers);
}

TEST_CASE("races: 64 ends -> the call ends once", "[facade][races]") {
  const auto kind = GENERATE(eitherStorage());
  const bool queued = GENERATE(true, false);
  CAPTURE(kind, queued);
  Fixture world(kind, Fixture::configured(queued));
  const Call call = world.startTeam();
  world.join(call, member(1));

  std::atomic<int> ended{0};
  std::atomic<int> refused{0};
  together(racers, [&](std::size_t i) {
    // Owner, host and the last participants: all ways to end at once.
    const bool host = i % 2 == 0;
    const auto result =
        host ? world.messenger->host().endCall(call.id) : world.messenger->endCall(call.id, member(0));
    if (result) ++ended;
    if (!result && result.error().reason == Reason::callEnded) ++refused;
  });

  REQUIRE(ended == 1);
  REQUIRE(refused == racers - 1);
  REQUIRE(world.events.count<CallEnded>() == 1);
  REQUIRE(world.events.of<CallEnded>().front().reason == world.now(call).endReason);
  REQUIRE(world.broadcaster->named("call.ended").size() == 1);
  world.drain();
  world.requireSound();
  REQUIRE(world.provider->count(testing::DriverCall::Method::destroy, call.id) == 1);
}

TEST_CASE("races: the last ones leave and are kicked and end -> the call ends once", "[facade][races]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const Call call = world.startTeam();
  std::vector<ParticipantId> rows;
  for (std::size_t i = 1; i < 16; ++i) rows.push_back(world.join(call, member(i)).id);

  together(33, [&](std::size_t i) {
    if (i < 16) (void)world.messenger->leaveCall(call.id, member(i));
    if (i >= 16 && i < 31) (void)world.messenger->kickParticipant(call.id, member(0), rows[i - 16]);
    if (i >= 31) (void)world.messenger->endCall(call.id, member(0));
  });

  REQUIRE_FALSE(world.now(call).active());
  REQUIRE(world.events.count<CallEnded>() == 1);
  REQUIRE(world.broadcaster->named("call.ended").size() == 1);
  world.drain();
  world.requireSound();
}

TEST_CASE("races: somebody left or joined between load and commit -> no wrong end", "[facade][races]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const Call call = world.start(world.pair, named("alice"));
  bool once = false;
  const auto justBeforeTheEnd = [&](const std::function<void()>& meanwhile) {
    world.storage->failIf(
        [&once, meanwhile](const testing::StorageOperation& operation) {
          const bool ends = operation.change != nullptr && operation.change->everyoneLeaves;
          if (ends && !std::exchange(once, true)) meanwhile();
          return false;
        },
        testing::Fault::before);
  };
  SECTION("an end by who has left") {
    world.join(call, named("bob"));
    justBeforeTheEnd([&] { REQUIRE_OK(world.messenger->leaveCall(call.id, named("bob"))); });
    REQUIRE_REFUSED(world.messenger->endCall(call.id, named("bob")), Reason::notInCall);
  }
  SECTION("an ignore by who has joined") {
    justBeforeTheEnd([&] { world.join(call, named("bob")); });
    REQUIRE_REFUSED(world.messenger->ignoreCall(call.id, named("bob")), Reason::alreadyJoined);
    REQUIRE(world.events.count<CallIgnored>() == 0);
  }
  REQUIRE(once);
  REQUIRE(world.now(call).active());
  REQUIRE(world.events.count<CallEnded>() == 0);
}

TEST_CASE("races: a join during the end -> nobody in an ended call", "[facade][races]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  for (int round = 0; round < 8; ++round) {
    const Call call = world.startTeam();
    std::atomic<int> joined{0};
    together(17, [&](std::size_t i) {
      if (i == 0) {
        (void)world.messenger->endCall(call.id, member(0));
      } else if (world.messenger->joinCall(call.id, member(i))) {
        ++joined;
      }
    });

    const auto rows = world.messenger->host().participants(call.id);
    REQUIRE(rows.size() == static_cast<std::size_t>(joined) + 1);
    for (const auto& row : rows) {
      REQUIRE(row.leftAt == world.now(call).endedAt);
      REQUIRE_FALSE(world.presence->sinceLastSeen({call.id, row.user}, world.clock->now().steady));
    }
    REQUIRE(world.presence->seenWithin(hours{1}, world.clock->now().steady).empty());
    world.drain();
    world.requireSound();
  }
}

TEST_CASE("races: kicked while joining and sending heartbeats -> not tracked", "[facade][races]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const Call call = world.startTeam();
  const CallParticipant row = world.join(call, member(1));

  for (int round = 0; round < 12; ++round) {
    together(9, [&](std::size_t i) {
      if (i == 0) (void)world.messenger->kickParticipant(call.id, member(0), row.id);
      if (i >= 1 && i < 5) (void)world.messenger->joinCall(call.id, member(1));
      if (i >= 5) (void)world.messenger->heartbeat(call.id, member(1));
    });
    REQUIRE_FALSE(world.isIn(call, member(1)));
    REQUIRE_FALSE(world.presence->sinceLastSeen({call.id, member(1)}, world.clock->now().steady));
    REQUIRE_REFUSED(world.messenger->heartbeat(call.id, member(1)), Reason::kicked);
    REQUIRE_FALSE(world.messenger->showCall(call.id, member(1))->room);

    REQUIRE_OK(world.messenger->unkickParticipant(call.id, member(0), row.id));
    world.join(call, member(1));
  }
}

TEST_CASE("heartbeat: a kick between load and tracking -> not tracked", "[facade][heartbeat]") {
  Fixture world;
  const Call call = world.startTeam();
  const CallParticipant row = world.join(call, member(1));
  world.presence->untrack({call.id, member(1)},
                          call.revision);  // as after a restart: the storage must be asked

  bool kicked = false;
  world.storage->failIf(
      [&](const testing::StorageOperation& operation) {
        // The first look has found them in the call; the kick comes before the second one.
        if (operation.name == "save" && !kicked) {
          kicked = true;
          REQUIRE_OK(world.messenger->kickParticipant(call.id, member(0), row.id));
        }
        return false;
      },
      testing::Fault::before);
  REQUIRE_REFUSED(world.messenger->heartbeat(call.id, member(1)), Reason::kicked);
  REQUIRE(kicked);
  REQUIRE_FALSE(world.presence->sinceLastSeen({call.id, member(1)}, world.clock->now().steady));
}

TEST_CASE("join_call: a kick right after the commit -> not tracked", "[facade][join_call]") {
  Fixture world;
  const Call call = world.startTeam();
  const CallParticipant row = world.join(call, member(1));
  REQUIRE_OK(world.messenger->leaveCall(call.id, member(1)));

  // The kick comes after the join is committed and before it returns, also from the view of a listener.
  struct KickAfterJoin final : testing::ForwardingStorage {
    struct Calls final : testing::ForwardingCallStore {
      using ForwardingCallStore::ForwardingCallStore;
      CommitResult commit(const CallChange& change) override {
        auto result = ForwardingCallStore::commit(change);
        if (auto now = std::exchange(kick, nullptr)) now();
        return result;
      }
      std::function<void()> kick;
    };
    explicit KickAfterJoin(std::shared_ptr<Storage> storage)
        : ForwardingStorage(std::move(storage)), store(inner().calls()) {}
    CallStore& calls() noexcept override { return store; }
    Calls store;
  };
  const auto storage = std::make_shared<KickAfterJoin>(world.storage);
  const auto presence = memoryPresence();
  Messenger other(Fixture::configured(), Dependencies{.storage = storage,
                                                      .threads = nullptr,
                                                      .presence = presence,
                                                      .broadcaster = nullptr,
                                                      .clock = world.clock,
                                                      .logger = world.logger});
  storage->store.kick = [&] { REQUIRE_OK(other.kickParticipant(call.id, member(0), row.id)); };
  REQUIRE_OK(other.joinCall(call.id, member(1)));
  REQUIRE_FALSE(presence->sinceLastSeen({call.id, member(1)}, world.clock->now().steady));
  REQUIRE_REFUSED(other.heartbeat(call.id, member(1)), Reason::kicked);
}

TEST_CASE("races: starts while calls go down -> no active call", "[facade][races]") {
  const auto kind = GENERATE(eitherStorage());
  const auto when = GENERATE(When::now, When::queued);
  CAPTURE(kind, static_cast<int>(when));
  Fixture world(kind);
  for (std::size_t i = 0; i < racers; ++i) world.addGroup(ThreadId{"g" + std::to_string(i)}, 1);

  together(racers + 1, [&](std::size_t i) {
    if (i == racers / 2) {
      (void)world.messenger->host().callsDown(minutes{10}, when);
    } else {
      (void)world.messenger->startCall(ThreadId{"g" + std::to_string(i < racers / 2 ? i : i - 1)}, member(0));
    }
  });
  REQUIRE_REFUSED(world.messenger->startCall(world.team, member(0)), Reason::callsDown);
  world.messenger->jobs().runPending();
  REQUIRE(world.messenger->host().activeCalls(0, 100).empty());
  REQUIRE(world.provider->rooms().empty());
  for (const auto& ended : world.events.of<CallEnded>()) REQUIRE(ended.reason == EndReason::maintenance);
  REQUIRE(world.events.count<CallEnded>() == world.events.count<CallStarted>());
}

}  // namespace messenger::tests
