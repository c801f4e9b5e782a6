// The storage fails at the nth operation, for every n, before and after its effect: after the fault
// everything is as promised.
#include "messenger/errors.hpp"
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

using testing::Fault;
using testing::ProviderAnswer;

/// Runs the verb; it may throw only StorageError.
template <class Verb>
void tolerating(Verb&& verb) {
  try {
    (void)verb();
  } catch (const StorageUnavailable&) {  // NOLINT(bugprone-empty-catch): that is the fault
  }
}

/// A call's whole life, by every verb, with jobs in between.
void live(Fixture& world) {
  Messenger& messenger = *world.messenger;
  std::optional<CallId> call;
  tolerating([&] {
    const auto started = messenger.startCall(world.team, member(0));
    if (started) call = started->id;
    return 0;
  });
  tolerating([&] { return messenger.jobs().runPending(); });
  if (!call) return;
  std::optional<ParticipantId> row;
  tolerating([&] {
    const auto joined = messenger.joinCall(*call, member(1));
    if (joined) row = joined->participant.id;
    return 0;
  });
  tolerating([&] { return messenger.joinCall(*call, member(2)); });
  tolerating([&] { return messenger.heartbeat(*call, member(1)); });
  if (row) tolerating([&] { return messenger.kickParticipant(*call, member(0), *row); });
  tolerating([&] { return messenger.leaveCall(*call, member(2)); });
  tolerating([&] { return messenger.ignoreCall(*call, member(3)); });
  tolerating([&] {
    messenger.host().flushPresence();
    return 0;
  });
  tolerating([&] { return messenger.endCall(*call, member(0)); });
  tolerating([&] { return messenger.jobs().runPending(); });
}

/// All stored jobs run, and a new call can start.
void requireRecovery(Fixture& world) {
  world.storage->heal();
  world.drain();
  world.requireSound();
  for (const Call& call : world.messenger->host().activeCalls(0, 100)) {
    REQUIRE_OK(world.messenger->host().endCall(call.id));
  }
  world.drain();
  world.requireSound();
  REQUIRE(world.provider->rooms().empty());
  const auto again = world.messenger->startCall(world.team, member(0));
  REQUIRE_OK(again);
  world.messenger->jobs().runPending();
  REQUIRE(world.now(*again).setupComplete);
  REQUIRE_OK(world.messenger->endCall(again->id, member(0)));
  world.drain();
}

/// `faults` in a row from the nth operation on; returns whether one struck.
bool failFrom(Fixture& world, std::size_t n, std::size_t faults, Fault fault) {
  const std::size_t first = world.storage->operations() + n;
  world.storage->failIf(
      [=](const testing::StorageOperation& operation) {
        return operation.number >= first && operation.number < first + faults;
      },
      fault);
  live(world);
  return world.storage->struck();
}

}  // namespace

TEST_CASE("storage faults: one at any point of a call's life -> nothing is lost", "[facade][crash]") {
  const bool queued = GENERATE(true, false);
  const auto fault = GENERATE(Fault::before, Fault::after);
  const std::size_t faults = GENERATE(1U, 2U, 5U);
  bool struck = true;
  for (std::size_t n = 1; struck; ++n) {
    CAPTURE(queued, fault == Fault::after, faults, n);
    Fixture world(StorageKind::memory, Fixture::configured(queued));
    struck = failFrom(world, n, faults, fault);
    requireRecovery(world);
    REQUIRE(n < 200);
  }
}

TEST_CASE("storage faults: the same on SQLite -> nothing is lost", "[facade][crash]") {
  const bool queued = GENERATE(true, false);
  const auto fault = GENERATE(Fault::before, Fault::after);
  Fixture world(StorageKind::sqlite, Fixture::configured(queued));
  bool struck = true;
  for (std::size_t n = 1; struck; ++n) {
    CAPTURE(queued, fault == Fault::after, n);
    struck = failFrom(world, n, 1, fault);
    if (n % 16 == 0) world.restart();
    requireRecovery(world);
    REQUIRE(n < 200);
  }
}

TEST_CASE("storage faults: the provider fails too -> nothing is lost", "[facade][crash]") {
  const bool queued = GENERATE(true, false);
  const auto fault = GENERATE(Fault::before, Fault::after);
  const auto answer = GENERATE(ProviderAnswer::throwingButDone, ProviderAnswer::no);
  bool struck = true;
  for (std::size_t n = 1; struck; ++n) {
    CAPTURE(queued, fault == Fault::after, static_cast<int>(answer), n);
    Fixture world(StorageKind::memory, Fixture::configured(queued));
    world.provider->answerCreate(answer);
    struck = failFrom(world, n, 1, fault);
    world.provider->answerCreate(ProviderAnswer::yes);
    requireRecovery(world);
    REQUIRE(n < 200);
  }
}

TEST_CASE("storage faults: a verb fails before its commit -> nothing changed", "[facade][crash]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const auto failing = [&] {
    world.storage->failIf([](const testing::StorageOperation& each) { return each.name == "commit"; },
                          Fault::before);
  };
  failing();
  REQUIRE_THROWS_AS(world.messenger->startCall(world.team, member(0)), StorageUnavailable);
  world.storage->heal();
  REQUIRE(world.callsOf(world.team, member(0)).empty());
  REQUIRE(world.messenger->jobs().pending().empty());
  REQUIRE(world.presence->seenWithin(hours{1}, world.clock->now().steady).empty());

  const Call call = world.startTeam();
  world.join(call, member(1));
  world.events.clear();
  world.broadcaster->clear();
  failing();
  REQUIRE_THROWS_AS(world.messenger->joinCall(call.id, member(2)), StorageUnavailable);
  REQUIRE_FALSE(world.presence->sinceLastSeen({call.id, member(2)}, world.clock->now().steady));
  failing();
  REQUIRE_THROWS_AS(world.messenger->leaveCall(call.id, member(1)), StorageUnavailable);
  failing();
  REQUIRE_THROWS_AS(world.messenger->endCall(call.id, member(0)), StorageUnavailable);
  world.storage->heal();
  REQUIRE(world.now(call).revision == call.revision + 1);  // bob's join alone
  REQUIRE(world.isIn(call, member(0)));
  REQUIRE(world.isIn(call, member(1)));
  REQUIRE(world.messenger->jobs().pending().empty());
  REQUIRE(world.events.all().empty());
  REQUIRE(world.broadcaster->all().empty());
}

TEST_CASE("storage faults: after the commit -> nothing is thrown", "[facade][crash]") {
  // Synchronous mode: the jobs that a verb runs, and reading their outcome, may all fail; the verb has
  // succeeded.
  Fixture world(StorageKind::memory, Fixture::configured(/*queued=*/false));
  bool committed = false;
  world.storage->failIf(
      [&](const testing::StorageOperation& each) {
        if (committed) return true;
        committed = each.name == "commit";
        return false;
      },
      Fault::before);
  std::optional<Result<Call>> started;
  REQUIRE_NOTHROW(started = world.messenger->startCall(world.team, member(0)));
  REQUIRE_OK(*started);
  committed = false;
  REQUIRE_NOTHROW(started = world.messenger->endCall((*started)->id, member(0)));
  REQUIRE_OK(*started);
  requireRecovery(world);
}

TEST_CASE("storage faults: during a sweep -> the jobs it caused still run", "[facade][crash]") {
  Fixture world(StorageKind::memory, Fixture::configured(/*queued=*/false));
  const Call one = world.start(world.team, member(0));
  const Call two = world.start(world.pair, named("alice"));
  world.clock->advance(minutes{5});
  int leaves = 0;
  world.storage->failIf(
      [&](const testing::StorageOperation& each) {
        return each.name == "commit" && each.change->expectedRevision > 0 && each.change->everyoneLeaves &&
               ++leaves == 2;
      },
      Fault::before);
  REQUIRE_THROWS_AS(world.messenger->host().checkActivity(), StorageUnavailable);
  world.storage->heal();
  REQUIRE(world.now(one).active() != world.now(two).active());
  REQUIRE(world.provider->rooms().size() == 1);
  REQUIRE(world.messenger->jobs().pending().empty());
}

TEST_CASE("directory faults: before the commit → they reach the caller, after it → they do not",
          "[facade][crash]") {
  struct Directory final : ThreadDirectory {
    explicit Directory(ThreadDirectory& to) : inner(to) {}
    std::optional<Thread> findThread(const ThreadId& thread) const override {
      return inner.findThread(thread);
    }
    std::optional<ThreadMember> findMember(const ThreadId& thread, const UserId& user) const override {
      return inner.findMember(thread, user);
    }
    std::vector<ThreadMember> members(const ThreadId& thread) const override {
      if (failing == 1) throw std::runtime_error("the directory is down");
      if (failing == 2) throw 13;
      return inner.members(thread);
    }
    std::vector<ThreadId> threadsOf(const UserId& user) const override { return inner.threadsOf(user); }
    std::optional<std::string> findUserName(const UserId& user) const override {
      return inner.findUserName(user);
    }
    ThreadDirectory& inner;
    int failing = 0;
  };
  const int failing = GENERATE(1, 2);
  CAPTURE(failing);
  Fixture world;
  const auto directory = std::make_shared<Directory>(*world.storage->threads());
  Messenger messenger(Fixture::configured(), Dependencies{.storage = world.storage,
                                                          .threads = directory,
                                                          .presence = nullptr,
                                                          .broadcaster = world.broadcaster,
                                                          .clock = world.clock,
                                                          .logger = world.logger});
  int failed = 0;
  const auto counting = messenger.onBroadcastFailed([&](const BroadcastFailed&) { ++failed; });
  int ended = 0;
  const auto ending = messenger.onCallEnded([&](const CallEnded&) { ++ended; });
  const auto call = messenger.startCall(world.team, member(0));
  REQUIRE_OK(call);
  directory->failing = failing;
  REQUIRE_THROWS(messenger.endCall(call->id, member(0)));
  REQUIRE_THROWS(messenger.startCall(world.pair, named("alice")));
  REQUIRE(world.now(*call).revision == call->revision);
  REQUIRE(world.now(*call).active());
  REQUIRE(failed == 0);
  REQUIRE_OK(messenger.host().endCall(call->id));  // asks the directory after the commit
  REQUIRE(failed == 1);
  REQUIRE(ended == 1);
}

}  // namespace messenger::tests
