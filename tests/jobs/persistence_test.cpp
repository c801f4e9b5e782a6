// What a driver did is stored although the storage is busy or does not answer when it is done.
#include "jobs/persistence.hpp"

#include <future>
#include <latch>

#include "jobs/job_runner.hpp"
#include "jobs/places.hpp"
#include "tests/jobs/context_for_tests.hpp"
#include "tests/jobs/patience.hpp"
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

using testing::DriverCall;
using testing::Fault;
using testing::StorageOperation;

/// Whether it stores what a job did.
bool stores(const StorageOperation& each) {
  return each.name == "settle" || (each.name == "commit" && each.change->settles.has_value());
}

/// Runs jobs on a fixture's storage with pauses that pass at once.
class Runner {
 public:
  explicit Runner(Fixture& world, bool queued = true)
      : world_(world),
        context_(world, Fixture::configured(queued)),
        engine_(context_.context),
        runner_(context_.context, engine_, [this] {
          return [this] { return std::make_unique<testing::FakeVideoDriver>(world_.provider); };
        }) {}

  /// Runs a job; the storage answers again after so many pauses.
  std::optional<JobRun> run(std::size_t pausesUntilHealed) {
    jobs::RunPolicy policy = runner_.unattended();
    policy.patience = seconds{30};
    policy.pause = [&](milliseconds pause) {
      pauses.push_back(pause);
      world_.clock->advance(pause);
      if (pauses.size() == pausesUntilHealed) world_.storage->heal();
      return !stopped;
    };
    return runner_.runNext(policy);
  }

  std::vector<milliseconds> pauses;
  bool stopped = false;

 private:
  Fixture& world_;
  ContextForTests context_;
  actions::Engine engine_;
  jobs::JobRunner runner_;
};

}  // namespace

TEST_CASE("persistence: the storage fails after create or destroy -> stored as soon as it answers",
          "[jobs][crash]") {
  const auto kind = GENERATE(eitherStorage());
  const std::size_t failures = GENERATE(1U, 2U, 6U);
  CAPTURE(kind, failures);
  Fixture world(kind);
  Runner runner(world);
  const Call call = world.start(world.team, member(0));
  world.storage->failIf(stores, Fault::before);
  REQUIRE(runner.run(failures).value().outcome == JobOutcome::done);
  REQUIRE(runner.pauses.size() == failures);
  REQUIRE(world.now(call).setupComplete);

  REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
  runner.pauses.clear();
  world.storage->failIf(stores, Fault::before);
  REQUIRE(runner.run(failures).value().outcome == JobOutcome::done);
  REQUIRE(runner.pauses.size() == failures);
  REQUIRE(world.now(call).teardownComplete);
  REQUIRE(world.provider->calls().size() == 2);  // one create and one destroy: nothing was done again
  world.requireSound();
}

TEST_CASE("persistence: the driver fails and so does the storage -> its retry is stored", "[jobs][crash]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  Runner runner(world);
  (void)world.start(world.team, member(0));
  world.provider->answerCreate(testing::ProviderAnswer::no);
  world.storage->failIf(stores, Fault::before);
  REQUIRE(runner.run(3).value().outcome == JobOutcome::retry);
  const Job job = world.messenger->jobs().pending().at(0);
  REQUIRE_FALSE(job.leasedUntil.has_value());
  REQUIRE(job.lastError == "the video driver's create returned false");
}

TEST_CASE("persistence: the last attempt fails and so does the storage -> the call ends once",
          "[jobs][crash]") {
  const auto kind = GENERATE(eitherStorage());
  const auto fault = GENERATE(Fault::before, Fault::after);
  CAPTURE(kind, fault == Fault::after);
  Fixture world(kind);
  Runner runner(world, /*queued=*/false);  // a setup has one attempt
  const Call call = world.start(world.team, member(0));
  world.provider->answerCreate(testing::ProviderAnswer::no);
  world.storage->failIf(stores, fault);
  const auto run = runner.run(2);
  REQUIRE(run.value().outcome == (fault == Fault::before ? JobOutcome::failed : JobOutcome::lost));
  REQUIRE(world.now(call).endReason == EndReason::setupFailed);
  REQUIRE(world.messenger->jobs().failed().size() == 1);
  world.provider->answerCreate(testing::ProviderAnswer::yes);
  world.drain();
  REQUIRE(world.provider->count(DriverCall::Method::create, call.id) == 1);
  REQUIRE(world.now(call).teardownComplete);
}

TEST_CASE("persistence: only the answer is lost -> not applied a second time", "[jobs][crash]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  Runner runner(world);
  const Call call = world.start(world.team, member(0));
  world.storage->failIf(stores, Fault::after);
  const auto before = world.now(call).revision;
  REQUIRE(runner.run(1).value().outcome == JobOutcome::lost);
  REQUIRE(world.now(call).setupComplete);
  REQUIRE(world.now(call).revision == before + 2);  // the intent and the room
  REQUIRE(world.messenger->jobs().pending().empty());

  REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
  world.storage->failIf(stores, Fault::after);
  REQUIRE(runner.run(runner.pauses.size() + 1).value().outcome == JobOutcome::lost);
  REQUIRE(world.now(call).teardownComplete);
  REQUIRE(world.provider->calls().size() == 2);
  world.requireSound();
}

TEST_CASE("persistence: the storage never answers -> growing pauses up to the lease and then another worker",
          "[jobs][crash]") {
  Fixture world;
  Runner runner(world);
  const Call call = world.start(world.team, member(0));
  world.storage->failIf(stores, Fault::before);
  REQUIRE(runner.run(0).value().outcome == JobOutcome::retry);
  milliseconds total{};
  for (std::size_t i = 0; i < runner.pauses.size(); ++i) {
    total += runner.pauses[i];
    REQUIRE(runner.pauses[i] <= seconds{1});
    if (i > 0) REQUIRE(runner.pauses[i] >= runner.pauses[i - 1]);
  }
  REQUIRE(total <= seconds{30});
  REQUIRE(total >= seconds{28});
  REQUIRE(world.logger->has(LogLevel::error, "could not be settled, its lease will end"));
  world.storage->heal();
  REQUIRE_FALSE(world.now(call).setupComplete);
  world.drain();
  REQUIRE(world.now(call).setupComplete);
  world.requireSound();
}

TEST_CASE("persistence: a stop during a pause -> one more attempt and no more", "[jobs][crash]") {
  Fixture world;
  Runner runner(world);
  (void)world.start(world.team, member(0));
  std::size_t attempts = 0;
  world.storage->failIf([&](const StorageOperation& each) { return stores(each) && ++attempts > 0; },
                        Fault::before);
  runner.stopped = true;
  REQUIRE(runner.run(0).value().outcome == JobOutcome::retry);
  REQUIRE(runner.pauses.size() == 1);
  REQUIRE(attempts == 2);
}

TEST_CASE("persistence: a worker stops while the storage does not answer -> it is not held up",
          "[jobs][worker][crash]") {
  Config config = Fixture::configured();
  config.jobs.lease = hours{1};
  config.jobs.pollInterval = hours{1};
  Fixture world(StorageKind::memory, config);
  std::promise<void> paused;
  std::atomic<int> attempts{0};
  world.storage->failIf(
      [&](const StorageOperation& each) {
        if (!stores(each)) return false;
        if (++attempts == 8) paused.set_value();  // from here on the pauses are half a second and longer
        return true;
      },
      Fault::before);
  auto worker = world.messenger->jobs().startWorker();
  (void)world.start(world.team, member(0));
  REQUIRE(paused.get_future().wait_for(generous) == std::future_status::ready);
  worker.stop();
  REQUIRE(attempts <= 10);
}

TEST_CASE("persistence: after an outage of the storage -> nothing is taken over for half a lease",
          "[jobs][crash]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const Call call = world.start(world.team, member(0));
  // Another process runs the setup, and could not renew its lease during the outage.
  const auto held = world.claimAny();
  REQUIRE(held);
  world.clock->advance(minutes{1});
  world.storage->failIf([](const StorageOperation&) { return true; }, Fault::before);
  REQUIRE_THROWS_AS(world.messenger->jobs().runPending(), StorageUnavailable);
  world.storage->heal();
  REQUIRE(world.messenger->jobs().runPending().empty());
  world.clock->advance(seconds{15} - milliseconds{1});
  REQUIRE(world.messenger->jobs().runPending().empty());
  SECTION("its holder renews it") {
    REQUIRE(world.storage->jobs().renew(held->job.id, held->job.token, world.storageNow() + seconds{30}));
    world.clock->advance(milliseconds{1});
    REQUIRE(world.messenger->jobs().runPending().empty());
  }
  SECTION("its holder is gone") {
    world.clock->advance(milliseconds{1});
    REQUIRE(world.messenger->jobs().runPending().size() == 1);
    REQUIRE(world.now(call).setupComplete);
  }
}

}  // namespace messenger::tests
