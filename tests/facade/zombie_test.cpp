// Workers that were frozen: their lease ended inside the driver, another worker took over, then they return.
#include <atomic>
#include <functional>
#include <latch>
#include <thread>

#include "messenger/errors.hpp"
#include "messenger/testing/forwarding_storage.hpp"
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

using testing::DriverCall;
using testing::Fault;

/// How long a claim made by the test is valid; after that another worker may take over.
const auto pastLease = Config::Jobs{}.unattendedLease + seconds{1};

/// The result of a late `create`.
enum class Late : std::uint8_t { room, roomButFalse, roomButThrow };

/// A driver whose first `create` returns late: `meanwhile` runs inside it, and only then is the room made.
struct LateDriver final : VideoDriver {
  struct Provider {
    explicit Provider(std::shared_ptr<testing::FakeVideoProvider> to) : rooms(std::move(to)) {}
    std::shared_ptr<testing::FakeVideoProvider> rooms;
    std::function<void(const Call&)> meanwhile;  ///< consumed by the first create
    Late late = Late::room;
  };
  explicit LateDriver(std::shared_ptr<Provider> provider)
      : shared(std::move(provider)), driver(shared->rooms) {}

  bool create(const Thread& thread, const Call& call) override {
    const auto meanwhile = std::exchange(shared->meanwhile, nullptr);
    if (meanwhile) meanwhile(call);
    const bool made = driver.create(thread, call);
    if (meanwhile && shared->late == Late::roomButFalse) return false;
    if (meanwhile && shared->late == Late::roomButThrow) throw DriverError("timed out");
    return made;
  }
  bool destroy(const CallWithRoom& call) override { return driver.destroy(call); }
  std::optional<std::string> getRoomId() const override { return driver.getRoomId(); }
  std::optional<std::string> getRoomPin() const override { return driver.getRoomPin(); }
  std::optional<std::string> getRoomSecret() const override { return driver.getRoomSecret(); }
  std::optional<std::string> getExtraPayload() const override { return driver.getExtraPayload(); }

  std::shared_ptr<Provider> shared;
  testing::FakeVideoDriver driver;
};

/// A storage that does not answer to what ends a job.
class NeverSettles final : public testing::ForwardingStorage {
 public:
  explicit NeverSettles(std::shared_ptr<Storage> to) : ForwardingStorage(to), calls_(to->calls()) {}
  [[nodiscard]] CallStore& calls() noexcept override { return calls_; }

 private:
  struct Calls final : testing::ForwardingCallStore {
    using ForwardingCallStore::ForwardingCallStore;
    CommitResult commit(const CallChange& change) override {
      if (change.settles) throw StorageUnavailable("cut off");
      return inner().commit(change);
    }
  };
  Calls calls_;
};

std::shared_ptr<LateDriver::Provider> useLateDriver(Fixture& world) {
  auto provider = std::make_shared<LateDriver::Provider>(world.provider);
  world.messenger->setVideoDriver<LateDriver>(provider);
  return provider;
}

}  // namespace

TEST_CASE("zombie: a room comes after its call was torn down -> destroyed", "[facade][zombie]") {
  const auto kind = GENERATE(eitherStorage());
  const auto late = GENERATE(Late::room, Late::roomButFalse, Late::roomButThrow);
  CAPTURE(kind, static_cast<int>(late));
  Fixture world(kind);
  const auto provider = useLateDriver(world);
  provider->late = late;
  provider->meanwhile = [&](const Call& call) {
    world.clock->advance(pastLease);
    REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
    world.drain();  // another worker takes over, and tears down
    REQUIRE(world.now(call).teardownComplete);
  };
  const Call call = world.start(world.team, member(0));
  const auto runs = world.messenger->jobs().runPending(1);
  REQUIRE(runs.size() == 1);
  REQUIRE(runs[0].outcome == JobOutcome::lost);
  REQUIRE(world.provider->rooms().size() == 1);
  world.drain();
  world.requireSound();
  REQUIRE(world.events.count<CallEnded>() == 1);
  REQUIRE(world.events.count<CallTornDown>() == 1);
  REQUIRE(world.events.count<CallSetupCompleted>() == 0);
  REQUIRE(world.now(call).endReason == EndReason::hungUp);
}

TEST_CASE("zombie: synchronous mode and a late room -> gone when the verb returns", "[facade][zombie]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind, Fixture::configured(/*queued=*/false));
  const auto provider = useLateDriver(world);
  provider->meanwhile = [&](const Call& call) {
    world.clock->advance(pastLease);
    REQUIRE_OK(world.messenger->host().endCall(call.id));
    REQUIRE(world.now(call).teardownComplete);
  };
  (void)world.messenger->startCall(world.team, member(0));
  REQUIRE(world.provider->rooms().empty());
  world.requireSound();
  REQUIRE(world.events.count<CallTornDown>() == 1);
}

TEST_CASE("zombie: a late room and a worker without subscriber -> destroyed", "[facade][zombie]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  Config off = Fixture::configured();
  off.calling.subscriber.enabled = false;
  const auto other = world.another(off);
  const auto provider = useLateDriver(world);
  other->setVideoDriver<LateDriver>(provider);
  provider->meanwhile = [&](const Call& call) {
    world.clock->advance(pastLease);
    REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
    world.drain();
    REQUIRE(world.now(call).teardownComplete);
  };
  world.start(world.team, member(0));
  REQUIRE(other->jobs().runPending(1).at(0).outcome == JobOutcome::lost);
  REQUIRE(world.provider->rooms().size() == 1);
  world.drain();
  world.requireSound();
}

TEST_CASE("zombie: a late room that could not be stored, and the worker is stopped -> destroyed",
          "[facade][zombie]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  Config config = Fixture::configured();
  config.jobs.pollInterval = milliseconds{10};
  Messenger cutOff(config, Dependencies{.storage = std::make_shared<NeverSettles>(world.storage),
                                        .threads = nullptr,
                                        .presence = nullptr,
                                        .broadcaster = nullptr,
                                        .clock = world.clock,
                                        .logger = world.logger});
  const auto provider = useLateDriver(world);
  cutOff.setVideoDriver<LateDriver>(provider);
  Worker worker = cutOff.jobs().startWorker();
  std::latch made{1};
  provider->meanwhile = [&](const Call& call) {
    world.clock->advance(pastLease);
    static_cast<void>(world.messenger->endCall(call.id, member(0)));
    world.messenger->jobs().runPending();
    worker.requestStop();
    made.count_down();
  };
  world.start(world.team, member(0));
  made.wait();
  worker.stop();
  REQUIRE(world.messenger->jobs().pending().size() == 1);
  REQUIRE(world.provider->rooms().size() == 1);
  world.drain();
  world.requireSound();
}

TEST_CASE("zombie: another worker finished the setup -> nothing changes", "[facade][zombie]") {
  const auto kind = GENERATE(eitherStorage());
  const auto late = GENERATE(Late::room, Late::roomButFalse, Late::roomButThrow);
  CAPTURE(kind, static_cast<int>(late));
  Fixture world(kind);
  const auto provider = useLateDriver(world);
  provider->late = late;
  provider->meanwhile = [&](const Call& call) {
    world.clock->advance(pastLease);
    world.drain();
    REQUIRE(world.now(call).setupComplete);
  };
  const Call call = world.start(world.team, member(0));
  const auto runs = world.messenger->jobs().runPending(1);
  REQUIRE(runs.at(0).outcome == JobOutcome::lost);
  REQUIRE(world.now(call).active());
  world.drain();
  world.requireSound();
  REQUIRE(world.events.count<CallSetupCompleted>() == 1);
  REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
  world.drain();
  world.requireSound();
}

TEST_CASE("zombie: a late claim that was not taken over -> still settles", "[facade][zombie]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const auto provider = useLateDriver(world);
  provider->meanwhile = [&](const Call&) { world.clock->advance(pastLease); };
  const Call call = world.start(world.team, member(0));
  REQUIRE(world.messenger->jobs().runPending(1).at(0).outcome == JobOutcome::done);
  REQUIRE(world.now(call).setupComplete);
  world.requireSound();
}

TEST_CASE("zombie: a room comes while its call is being torn down -> destroyed", "[facade][zombie]") {
  // The provider was asked to destroy a room that it did not have; before that is recorded, the late room
  // exists. Deferred: the setup was taken over. Synchronous: it was not, so the zombie's claim is still
  // valid.
  const auto kind = GENERATE(eitherStorage());
  const bool queued = GENERATE(true, false);
  const auto late = GENERATE(Late::room, Late::roomButFalse);
  CAPTURE(kind, queued, static_cast<int>(late));
  Fixture world(kind, Fixture::configured(queued));
  const auto provider = useLateDriver(world);
  provider->late = late;
  std::latch inCreate(1);
  std::latch createMayReturn(1);
  std::latch zombieDone(1);
  provider->meanwhile = [&](const Call&) {
    inCreate.count_down();
    createMayReturn.wait();
  };
  std::thread zombie([&] {
    (void)world.messenger->startCall(world.team, member(0));
    if (queued) world.messenger->jobs().runPending(1);
    zombieDone.count_down();
  });
  inCreate.wait();
  world.clock->advance(pastLease);
  std::atomic<bool> once{false};
  world.storage->failIf(
      [&](const testing::StorageOperation& operation) {
        const bool recordsTeardown =
            operation.change != nullptr && operation.change->row && operation.change->row->teardownComplete;
        if (recordsTeardown && !once.exchange(true)) {
          createMayReturn.count_down();
          zombieDone.wait();
        }
        return false;
      },
      Fault::before);
  const Call call = world.messenger->host().activeCalls(0, 1).at(0);
  const auto ended = world.messenger->endCall(call.id, member(0));
  world.drain();
  if (!once) createMayReturn.count_down();
  zombie.join();
  world.storage->heal();
  REQUIRE_OK(ended);
  REQUIRE(once);
  world.drain();
  world.requireSound();
}

TEST_CASE("zombie: another worker repeats a teardown -> one event", "[facade][zombie]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const Call call = world.startTeam();
  REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
  bool first = true;
  world.provider->onDestroy([&](const Call&) {
    if (!std::exchange(first, false)) return;
    world.clock->advance(pastLease);
    REQUIRE(world.messenger->jobs().runPending(1).at(0).outcome == JobOutcome::done);
    REQUIRE(world.events.count<CallTornDown>() == 1);  // at once, not after the zombie
  });
  REQUIRE(world.messenger->jobs().runPending(1).at(0).outcome == JobOutcome::lost);
  REQUIRE(world.events.count<CallTornDown>() == 1);
  REQUIRE(world.provider->count(DriverCall::Method::destroy, call.id) == 2);
  world.drain();
  world.requireSound();
}

TEST_CASE("zombie: a setup interrupted in every attempt -> the call ends", "[facade][zombie]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const Call call = world.start(world.team, member(0));
  // Claimed and never settled, as by processes that died in `create`.
  for (int i = 0; i < Config::Jobs{}.maxAttempts; ++i) {
    REQUIRE(world.claimAny());
    world.clock->advance(minutes{1});
  }
  world.drain();
  REQUIRE(world.now(call).endReason == EndReason::setupFailed);
  REQUIRE(world.events.count<JobFailed>() == 1);
  REQUIRE(world.events.count<CallSetupFailed>() == 1);
  REQUIRE(world.provider->count(DriverCall::Method::destroy, call.id) == 1);
  world.requireSound();
}

}  // namespace messenger::tests
