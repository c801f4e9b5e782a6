// A job that fails: retried, then kept as failed, then retried by hand.
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

using testing::DriverCall;
using testing::ProviderAnswer;

Config withAttempts(int attempts, bool queued = true) {
  Config config = Fixture::configured(queued);
  config.jobs.maxAttempts = attempts;
  config.jobs.backoff = seconds{10};
  config.jobs.maxBackoff = seconds{40};
  config.jobs.jitter = 0.5;
  return config;
}

/// Runs the only pending job once it is available; returns how long after `from` it was available.
Duration runNext(Fixture& world, JobOutcome expected) {
  const auto pending = world.messenger->jobs().pending();
  REQUIRE(pending.size() == 1);
  const Duration wait = pending[0].availableAt - world.storageNow();
  if (wait > Duration::zero()) {
    world.clock->advance(wait - std::chrono::microseconds{1});
    REQUIRE(world.messenger->jobs().runPending().empty());
    world.clock->advance(std::chrono::microseconds{1});
  }
  const auto runs = world.messenger->jobs().runPending(1);
  REQUIRE(runs.size() == 1);
  REQUIRE(runs[0].outcome == expected);
  return wait;
}

}  // namespace

TEST_CASE("jobs: a teardown fails -> retried with growing waits and then kept as failed", "[jobs]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind, withAttempts(4));
  const Call call = world.startTeam();
  world.provider->answerDestroy(ProviderAnswer::no);
  REQUIRE_OK(world.messenger->endCall(call.id, member(0)));

  REQUIRE(runNext(world, JobOutcome::retry) == Duration::zero());
  Duration least = seconds{10};
  for (const JobOutcome outcome : {JobOutcome::retry, JobOutcome::retry, JobOutcome::failed}) {
    const Duration wait = runNext(world, outcome);
    REQUIRE(wait >= least);
    REQUIRE(wait <= least + least / 2);
    least *= 2;
  }
  REQUIRE(world.messenger->jobs().pending().empty());
  const auto failedJobs = world.messenger->jobs().failed();
  REQUIRE(failedJobs.size() == 1);
  REQUIRE(failedJobs[0].type == JobType::teardownCall);
  REQUIRE(failedJobs[0].attempts == 4);
  REQUIRE(failedJobs[0].lastError == "the video driver's destroy returned false");
  REQUIRE(world.messenger->jobs().counts().failed == 1);

  const auto failed = world.events.of<JobFailed>();
  REQUIRE(failed.size() == 1);
  REQUIRE(failed[0].job == failedJobs[0].id);
  REQUIRE(failed[0].type == JobType::teardownCall);
  REQUIRE(failed[0].call == call.id);
  REQUIRE(failed[0].attempts == 4);
  REQUIRE(world.events.of<CallTeardownFailed>().size() == 1);
  REQUIRE(world.events.of<CallTeardownFailed>()[0].call.id == call.id);

  world.clock->advance(hours{10});
  REQUIRE(world.messenger->jobs().runPending().empty());
  REQUIRE(world.messenger->jobs().retry(JobId{"another"}) == 0);
  world.provider->answerDestroy(ProviderAnswer::throwingButDone);
  REQUIRE(world.messenger->jobs().retry(failedJobs[0].id) == 1);
  REQUIRE(world.messenger->jobs().retry() == 0);
  REQUIRE(runNext(world, JobOutcome::retry) == Duration::zero());
  world.provider->answerDestroy(ProviderAnswer::yes);
  world.drain();
  REQUIRE(world.events.count<CallTornDown>() == 1);
  REQUIRE(world.messenger->jobs().failed().empty());
  world.requireSound();
}

TEST_CASE("jobs: several fail together -> not retried together", "[jobs]") {
  Config config = Fixture::configured();
  config.jobs.backoff = hours{24};
  config.jobs.maxBackoff = hours{24};
  config.jobs.jitter = 1;
  Fixture world(StorageKind::memory, config);
  world.provider->answerCreate(ProviderAnswer::no);
  (void)world.start(world.team, member(0));
  (void)world.start(world.pair, named("alice"));
  REQUIRE(world.messenger->jobs().runPending().size() == 2);
  const auto pending = world.messenger->jobs().pending();
  REQUIRE(pending.size() == 2);
  REQUIRE(pending[0].availableAt != pending[1].availableAt);  // equal only once in a million
}

TEST_CASE("jobs: a sweep fails for the last time -> kept as failed with an event", "[jobs]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind, withAttempts(2));
  const Call call = world.startTeam();
  world.storage->failIf(
      [](const testing::StorageOperation& operation) { return operation.name == "activeCallsAfter"; },
      testing::Fault::before);
  REQUIRE_OK(world.messenger->host().callsDown(minutes{10}));
  world.drain();
  world.storage->heal();
  const auto failed = world.events.of<JobFailed>();
  REQUIRE(failed.size() == 1);
  REQUIRE(failed[0].type == JobType::endCalls);
  REQUIRE_FALSE(failed[0].call.has_value());
  REQUIRE(failed[0].attempts == 2);
  REQUIRE(world.now(call).active());

  REQUIRE(world.messenger->jobs().retry(failed[0].job) == 1);
  world.drain();
  REQUIRE(world.now(call).endReason == EndReason::maintenance);
}

TEST_CASE("jobs: the last attempt of a setup fails -> the call ends", "[jobs]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind, withAttempts(3));
  const Call call = world.start(world.team, member(0));
  world.join(call, member(1));
  world.provider->answerCreate(ProviderAnswer::throwing);
  REQUIRE(runNext(world, JobOutcome::retry) == Duration::zero());
  REQUIRE(runNext(world, JobOutcome::retry) >= seconds{10});
  REQUIRE(world.now(call).active());
  REQUIRE(runNext(world, JobOutcome::failed) >= seconds{20});

  REQUIRE(world.now(call).endReason == EndReason::setupFailed);
  REQUIRE_FALSE(world.isIn(call, member(1)));
  std::vector<std::string> order;
  for (const Event& event : world.events.all()) {
    if (std::holds_alternative<JobFailed>(event)) order.emplace_back("JobFailed");
    if (std::holds_alternative<CallSetupFailed>(event)) order.emplace_back("CallSetupFailed");
    if (std::holds_alternative<CallEnded>(event)) order.emplace_back("CallEnded");
  }
  REQUIRE(order == std::vector<std::string>{"JobFailed", "CallSetupFailed", "CallEnded"});
  REQUIRE(world.events.of<CallSetupFailed>()[0].error == "the fake provider is set to throw");
  REQUIRE(world.messenger->jobs().failed().size() == 1);

  // Retried by hand, it finds an ended call.
  world.drain();
  REQUIRE(world.messenger->jobs().retry() == 1);
  world.drain();
  REQUIRE(world.provider->count(DriverCall::Method::create, call.id) == 3);
  world.requireSound();
}

TEST_CASE("jobs: synchronous mode -> one attempt for a setup and later failures stay for runPending",
          "[jobs]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind, withAttempts(3, /*queued=*/false));
  world.provider->answerCreate(ProviderAnswer::throwing);
  REQUIRE_REFUSED(world.messenger->startCall(world.team, member(0)), Reason::setupFailed);
  REQUIRE(world.provider->calls().size() == 2);  // create, and the destroy of what it may have made
  REQUIRE(world.callsOf(world.team, member(0)).at(0).endReason == EndReason::setupFailed);
  REQUIRE(world.callsOf(world.team, member(0)).at(0).teardownComplete);

  world.provider->answerCreate(ProviderAnswer::yes);
  const Call call = world.start(world.team, member(0));
  REQUIRE(call.setupComplete);
  world.provider->answerDestroy(ProviderAnswer::throwing);
  REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
  REQUIRE(world.messenger->jobs().pending().size() == 1);
  REQUIRE(runNext(world, JobOutcome::retry) >= seconds{10});
  world.provider->answerDestroy(ProviderAnswer::yes);
  REQUIRE(runNext(world, JobOutcome::done) >= seconds{20});
  REQUIRE(world.now(call).teardownComplete);
}

TEST_CASE("jobs: a factory throws or returns null -> a failed attempt", "[jobs]") {
  const int way = GENERATE(0, 1, 2);
  CAPTURE(way);
  Fixture world;
  world.messenger->setVideoDriver([way]() -> std::unique_ptr<VideoDriver> {
    if (way == 1) throw std::runtime_error("no provider");
    if (way == 2) throw 5;
    return nullptr;
  });
  const Call call = world.start(world.team, member(0));
  REQUIRE(world.messenger->jobs().runPending().at(0).outcome == JobOutcome::retry);
  world.messenger->setVideoDriver<testing::FakeVideoDriver>(world.provider);
  world.drain();
  REQUIRE(world.now(call).setupComplete);
  REQUIRE_THROWS_AS(world.messenger->setVideoDriver(nullptr), std::invalid_argument);
}

TEST_CASE("jobs: runPending with a limit -> no more than that and in order", "[jobs]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  std::vector<CallId> calls;
  for (std::size_t i = 0; i < 5; ++i) {
    const ThreadId thread{"t" + std::to_string(i)};
    world.addGroup(thread, 1);
    calls.push_back(world.start(thread, member(0)).id);
  }
  REQUIRE(world.messenger->jobs().counts().waiting == 5);
  const auto two = world.messenger->jobs().runPending(2);
  REQUIRE(two.size() == 2);
  REQUIRE(two[0].call == calls[0]);
  REQUIRE(two[1].call == calls[1]);
  REQUIRE(world.messenger->jobs().runPending(0).empty());
  const auto rest = world.messenger->jobs().runPending();
  REQUIRE(rest.size() == 3);
  REQUIRE(rest[2].call == calls[4]);
  REQUIRE(rest[2].attempt == 1);
}

TEST_CASE("jobs: options of one run -> apply to it alone and are named when out of bounds", "[jobs]") {
  Fixture world(StorageKind::memory, withAttempts(5));
  const Call call = world.start(world.team, member(0));
  world.provider->answerCreate(ProviderAnswer::no);
  std::vector<JobRun> told;
  WorkerOptions options;
  options.maxAttempts = 2;
  options.backoff = hours{1};
  options.onRun = [&](const JobRun& run) {
    told.push_back(run);
    throw std::runtime_error("a listener of runs");
  };
  REQUIRE(world.messenger->jobs().runPending(10, options).at(0).outcome == JobOutcome::retry);
  const auto waits = world.messenger->jobs().pending().at(0).availableAt - world.storageNow();
  REQUIRE(waits >= hours{1});
  world.clock->advance(hours{2});
  options.onRun = [&](const JobRun& run) {
    told.push_back(run);
    throw 3;
  };
  const auto runs = world.messenger->jobs().runPending(10, options);
  REQUIRE(runs.at(0).outcome == JobOutcome::failed);
  REQUIRE(told.size() == 1 + runs.size());
  REQUIRE(world.now(call).endReason == EndReason::setupFailed);
  REQUIRE(world.logger->has(LogLevel::warning, "a listener of runs"));

  const auto requireNamed = [&](const WorkerOptions& wrong, const std::string& field) {
    CAPTURE(field);
    REQUIRE_THROWS_WITH(world.messenger->jobs().startWorker(wrong), Catch::Contains(field));
    REQUIRE_THROWS_AS(world.messenger->jobs().startWorker(wrong), std::invalid_argument);
    REQUIRE_THROWS_AS(world.messenger->jobs().runPending(1, wrong), std::invalid_argument);
  };
  requireNamed({.threads = 0}, "threads");
  requireNamed({.threads = 257}, "threads");
  requireNamed({.maxAttempts = 0}, "maxAttempts");
  requireNamed({.maxAttempts = 1001}, "maxAttempts");
  requireNamed({.backoff = milliseconds{-1}}, "backoff");
  requireNamed({.backoff = hours{25}}, "backoff");
}

TEST_CASE("jobs: jobs of another queue -> not run", "[jobs]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const Call call = world.start(world.team, member(0));
  WorkerOptions elsewhere;
  elsewhere.queue = "elsewhere";
  REQUIRE(world.messenger->jobs().runPending(10, elsewhere).empty());
  REQUIRE(world.messenger->jobs().runPending().size() == 1);
  REQUIRE(world.now(call).setupComplete);
}

TEST_CASE("jobs: dispatch -> takes the jobs of a call alone", "[jobs]") {
  Fixture world;
  const Call call = world.startTeam();
  REQUIRE_REFUSED(world.messenger->jobs().dispatch(JobType::endCalls, call.id), Reason::invalidInput);
  REQUIRE_REFUSED(world.messenger->jobs().dispatch(JobType::checkCallsActivity, call.id),
                  Reason::invalidInput);
  REQUIRE_REFUSED(world.messenger->jobs().dispatch(JobType::setupCall, CallId{"none"}), Reason::callNotFound);
  REQUIRE(world.messenger->jobs().pending().empty());
}

TEST_CASE("jobs: dispatch in synchronous mode -> runs that job and no retry that is due", "[jobs]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind, withAttempts(4, /*queued=*/false));
  const Call call = world.startTeam();
  world.provider->answerDestroy(ProviderAnswer::no);
  REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
  world.clock->advance(seconds{100});
  const auto before = world.messenger->jobs().pending();
  REQUIRE(before.size() == 1);
  REQUIRE_OK(world.messenger->jobs().dispatch(JobType::setupCall, call.id));
  const auto after = world.messenger->jobs().pending();
  REQUIRE(after.size() == 1);
  CHECK(after[0].attempts == before[0].attempts);
}

}  // namespace messenger::tests
