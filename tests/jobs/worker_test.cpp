// OS threads that run jobs: woken at once, one job each, stopped cleanly.
#include <atomic>
#include <future>
#include <latch>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "tests/jobs/patience.hpp"
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

/// A worker that finds jobs in time only when it is woken.
Config patient() {
  Config config = Fixture::configured();
  config.jobs.pollInterval = hours{1};
  return config;
}

}  // namespace

TEST_CASE("worker: a new job -> wakes it at once", "[jobs][worker]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind, patient());
  const auto worker = world.messenger->jobs().startWorker();
  for (int i = 0; i < 3; ++i) {
    std::promise<void> done;
    const auto setUp =
        world.messenger->onCallSetupCompleted([&](const CallSetupCompleted&) { done.set_value(); });
    const Call call = world.start(world.team, member(0));
    REQUIRE(done.get_future().wait_for(generous) == std::future_status::ready);
    std::promise<void> gone;
    const auto tornDown = world.messenger->onCallTornDown([&](const CallTornDown&) { gone.set_value(); });
    REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
    REQUIRE(gone.get_future().wait_for(generous) == std::future_status::ready);
  }
  REQUIRE(world.provider->rooms().empty());
}

TEST_CASE("worker: retried jobs and sweeps and dispatched jobs -> wake it too", "[jobs][worker]") {
  Config config = patient();
  config.jobs.maxAttempts = 1;
  Fixture world(StorageKind::memory, config);
  auto worker = world.messenger->jobs().startWorker();
  world.provider->answerDestroy(testing::ProviderAnswer::no);
  const Call call = world.start(world.team, member(0));
  REQUIRE(worker.drain(generous));
  REQUIRE(world.messenger->host().callsDown(minutes{5}) == 1U);
  REQUIRE(worker.drain(generous));
  REQUIRE(world.messenger->jobs().failed().size() == 1);
  world.provider->answerDestroy(testing::ProviderAnswer::yes);
  std::promise<void> gone;
  const auto tornDown = world.messenger->onCallTornDown([&](const CallTornDown&) { gone.set_value(); });
  REQUIRE(world.messenger->jobs().retry() == 1);
  REQUIRE(gone.get_future().wait_for(generous) == std::future_status::ready);
  REQUIRE(worker.drain(generous));
  REQUIRE_OK(world.messenger->jobs().dispatch(JobType::teardownCall, call.id));
  REQUIRE(worker.drain(generous));
  REQUIRE(world.messenger->jobs().pending().empty());
}

TEST_CASE("worker: a teardown waits for its setup -> runs as soon as that is done", "[jobs][worker]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind, patient());
  auto worker = world.messenger->jobs().startWorker({.threads = 2});
  world.provider->holdCreates();
  const Call call = world.start(world.team, member(0));
  REQUIRE(world.provider->waitForHeld(1));
  std::promise<void> gone;
  const auto tornDown = world.messenger->onCallTornDown([&](const CallTornDown&) { gone.set_value(); });
  REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
  world.provider->release();
  REQUIRE(gone.get_future().wait_for(generous) == std::future_status::ready);
  REQUIRE(world.provider->rooms().empty());
  REQUIRE(worker.drain(generous));
  world.requireSound();
}

TEST_CASE("worker: others ran the setup that a teardown waited for -> it is woken", "[jobs][worker]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind, patient());
  const Call call = world.start(world.team, member(0));
  world.provider->holdCreates();
  std::thread pump([&] { (void)world.messenger->jobs().runPending(1); });
  REQUIRE(world.provider->waitForHeld(1));
  auto worker = world.messenger->jobs().startWorker();
  std::promise<void> gone;
  const auto tornDown = world.messenger->onCallTornDown([&](const CallTornDown&) { gone.set_value(); });
  REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
  REQUIRE(worker.drain(generous));  // it has looked, and found no job that it may claim
  world.provider->release();
  pump.join();
  REQUIRE(gone.get_future().wait_for(generous) == std::future_status::ready);
  REQUIRE(worker.drain(generous));
  world.requireSound();
}

TEST_CASE("worker: stop -> finishes running jobs and claims no more", "[jobs][worker]") {
  Fixture world(StorageKind::memory, patient());
  const Call one = world.start(world.team, member(0));
  const Call two = world.start(world.pair, named("alice"));
  world.provider->holdCreates();
  auto worker = world.messenger->jobs().startWorker();
  REQUIRE(world.provider->waitForHeld(1));
  worker.requestStop();
  std::atomic<bool> stopped{false};
  std::latch asked(2);
  // Two at once: both wait for the same end.
  std::thread stopper([&] {
    asked.arrive_and_wait();
    worker.stop();
    stopped = true;
  });
  std::thread second([&] {
    asked.arrive_and_wait();
    worker.stop();
  });
  REQUIRE_FALSE(stopped);
  world.provider->release();
  stopper.join();
  second.join();
  worker.stop();
  REQUIRE(world.now(one).setupComplete);
  REQUIRE_FALSE(world.now(two).setupComplete);
  REQUIRE(world.messenger->jobs().pending().size() == 1);
  REQUIRE_FALSE(worker.drain(milliseconds{0}));
}

TEST_CASE("worker: drain -> waits for running jobs and not for backoffs", "[jobs][worker]") {
  Fixture world(StorageKind::memory, patient());
  world.provider->holdCreates();
  auto worker = world.messenger->jobs().startWorker({.threads = 3});
  REQUIRE(worker.drain(generous));
  (void)world.start(world.team, member(0));
  REQUIRE(world.provider->waitForHeld(1));
  REQUIRE_FALSE(worker.drain(milliseconds{1}));
  world.provider->answerCreate(testing::ProviderAnswer::no);
  world.provider->release();
  REQUIRE(worker.drain(generous));
  REQUIRE(world.messenger->jobs().pending().size() == 1);
}

TEST_CASE("worker: many workers and callers of runPending -> no job runs twice", "[jobs][worker]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind, patient());
  constexpr std::size_t many = 60;
  for (std::size_t i = 0; i < many; ++i) world.addGroup(ThreadId{"t" + std::to_string(i)}, 1);
  const auto other = world.another();
  std::mutex mutex;
  std::multiset<CallId> created;
  world.provider->onCreate([&](const Thread&, const Call& call) {
    const std::lock_guard lock(mutex);
    created.insert(call.id);
  });
  {
    auto one = world.messenger->jobs().startWorker({.threads = 3});
    auto two = world.messenger->jobs().startWorker({.threads = 3});
    together(4, [&](std::size_t i) {
      for (std::size_t k = i; k < many; k += 4) {
        (void)world.messenger->startCall(ThreadId{"t" + std::to_string(k)}, member(0));
        if (i == 0) (void)other->jobs().runPending(2);
      }
    });
    REQUIRE(one.drain(generous));
    REQUIRE(two.drain(generous));
  }
  REQUIRE(created.size() == many);
  for (const CallId& call : created) REQUIRE(created.count(call) == 1);
  REQUIRE(world.events.count<CallSetupCompleted>() >= 1);
  REQUIRE(world.messenger->jobs().pending().empty());
}

TEST_CASE("worker: a claim fails or its listener throws -> continues", "[jobs][worker]") {
  Config config = Fixture::configured();
  config.jobs.pollInterval = milliseconds{10};
  Fixture world(StorageKind::memory, config);
  std::latch failed(3);
  std::atomic<int> claims{0};
  world.storage->failIf(
      [&](const testing::StorageOperation& each) {
        if (each.name != "claim" || ++claims > 3) return false;
        failed.count_down();
        return true;
      },
      testing::Fault::before);
  std::atomic<int> told{0};
  auto worker = world.messenger->jobs().startWorker({.onRun = [&](const JobRun&) {
    if (++told == 1) throw std::runtime_error("told");
    throw 1;
  }});
  failed.wait();
  const Call call = world.start(world.team, member(0));
  REQUIRE(worker.drain(generous));
  REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
  REQUIRE(worker.drain(generous));
  REQUIRE(told == 2);
  REQUIRE(world.logger->has(LogLevel::error, "claiming a job failed"));
  world.requireSound();
}

TEST_CASE("worker: its host wants to stop -> the running job finishes and no other is claimed",
          "[jobs][worker]") {
  Fixture world(StorageKind::memory, patient());
  const Call call = world.start(world.team, member(0));
  world.addGroup(ThreadId{"other"}, 2);
  const Call other = world.start(ThreadId{"other"}, member(0));
  std::atomic<bool> flag{false};
  world.provider->onCreate([&](const Thread&, const Call&) { flag = true; });
  bool throws = false;
  WorkerOptions options;
  options.stopRequested = [&]() -> bool {
    if (flag && throws) throw 1;
    return flag;
  };
  SECTION("by a worker") {
    auto worker = world.messenger->jobs().startWorker(options);
    CHECK_FALSE(worker.drain(generous));
  }
  SECTION("in this thread") {
    CHECK(world.messenger->jobs().runPending(100, options).size() == 1);
  }
  SECTION("and asking throws") {
    throws = true;
    CHECK(world.messenger->jobs().runPending(100, options).size() == 1);
    CHECK(world.logger->has(LogLevel::error, "stopRequested threw"));
  }
  CHECK(world.now(call).setupComplete);
  CHECK_FALSE(world.now(other).setupComplete);
  CHECK(world.messenger->jobs().pending().size() == 1);
}

TEST_CASE("worker: stopped inside one of its jobs -> ends after that job", "[jobs][worker]") {
  Fixture world(StorageKind::memory, patient());
  std::optional<Worker> worker;
  std::promise<void> created;
  world.provider->onCreate([&](const Thread&, const Call&) {
    worker->stop();
    created.set_value();
  });
  worker.emplace(world.messenger->jobs().startWorker());
  const Call call = world.start(world.team, member(0));
  REQUIRE(created.get_future().wait_for(generous) == std::future_status::ready);
  worker.reset();  // waits for the job
  REQUIRE(world.now(call).setupComplete);
}

TEST_CASE("worker: destroyed inside one of its jobs and after its Messenger -> no harm", "[jobs][worker]") {
  Fixture world(StorageKind::memory, patient());
  std::optional<Worker> worker;
  std::promise<void> finished;
  std::latch go(1);
  world.provider->onCreate([&](const Thread&, const Call&) {
    go.wait();
    worker.reset();
  });
  const auto setUp =
      world.messenger->onCallSetupCompleted([&](const CallSetupCompleted&) { finished.set_value(); });
  worker.emplace(world.messenger->jobs().startWorker());
  (void)world.start(world.team, member(0));
  world.messenger.reset();  // the worker keeps what it needs
  go.count_down();
  REQUIRE(finished.get_future().wait_for(generous) == std::future_status::ready);
  REQUIRE_FALSE(worker.has_value());
  // Its OS threads release the storage, and everything they use, when they end.
  while (world.storage.use_count() > 1) std::this_thread::yield();
}

TEST_CASE("worker: moved and replaced -> continues and the old one stops", "[jobs][worker]") {
  Fixture world(StorageKind::memory, patient());
  Worker one = world.messenger->jobs().startWorker();
  Worker two = std::move(one);
  (void)world.start(world.team, member(0));
  REQUIRE(two.drain(generous));
  REQUIRE(world.messenger->jobs().pending().empty());
  two = world.messenger->jobs().startWorker({.queue = "another"});
  (void)world.start(world.pair, named("alice"));
  REQUIRE(two.drain(generous));
  REQUIRE(world.messenger->jobs().pending().size() == 1);
  one.stop();
  one.requestStop();
  REQUIRE(one.drain(milliseconds{0}));
}

TEST_CASE("worker: a driver blocks -> only its own call waits", "[jobs][worker]") {
  Fixture world(StorageKind::memory, patient());
  auto worker = world.messenger->jobs().startWorker({.threads = 2});
  const Call blocked = world.start(world.team, member(0));
  REQUIRE(worker.drain(generous));
  world.provider->holdDestroys();
  REQUIRE_OK(world.messenger->endCall(blocked.id, member(0)));
  REQUIRE(world.provider->waitForHeld(1));
  // Verbs continue, in the same thread too, and so do the jobs of other calls.
  std::promise<void> done;
  const auto setUp =
      world.messenger->onCallSetupCompleted([&](const CallSetupCompleted&) { done.set_value(); });
  const Call next = world.start(world.team, member(0));
  REQUIRE(done.get_future().wait_for(generous) == std::future_status::ready);
  REQUIRE(world.now(next).setupComplete);
  REQUIRE_FALSE(world.now(blocked).teardownComplete);
  world.provider->release();
  REQUIRE(worker.drain(generous));
  REQUIRE(world.now(blocked).teardownComplete);
}

TEST_CASE("worker: setups hang at the provider -> calls that go down end at once", "[jobs][worker]") {
  const auto kind = GENERATE(eitherStorage());
  const std::size_t threads = GENERATE(1U, 2U, 4U);
  CAPTURE(kind, threads);
  Fixture world(kind, patient());
  world.provider->holdCreates();
  auto worker = world.messenger->jobs().startWorker({.threads = threads});
  constexpr std::size_t many = 6;
  for (std::size_t i = 0; i < many; ++i) {
    const ThreadId thread{"t" + std::to_string(i)};
    world.addGroup(thread, 1);
    (void)world.start(thread, member(0));
  }
  REQUIRE(world.provider->waitForHeld(threads == 1 ? 1 : threads - 1));
  std::atomic<std::size_t> ended{0};
  std::promise<void> all;
  const auto ends = world.messenger->onCallEnded([&](const CallEnded&) {
    if (++ended == many) all.set_value();
  });
  REQUIRE_OK(world.messenger->host().callsDown(minutes{5}));
  const bool atOnce = all.get_future().wait_for(generous) == std::future_status::ready;
  world.provider->release();
  REQUIRE(atOnce);
  REQUIRE(worker.drain(generous));
  REQUIRE(world.provider->rooms().empty());
  REQUIRE(world.messenger->jobs().pending().empty());
}

TEST_CASE("worker: setups hang at the provider -> rooms of other calls are still destroyed",
          "[jobs][worker]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind, patient());
  auto worker = world.messenger->jobs().startWorker({.threads = 4});
  const Call over = world.start(world.team, member(0));
  REQUIRE(worker.drain(generous));
  world.provider->holdCreates();
  for (std::size_t i = 0; i < 6; ++i) {
    const ThreadId thread{"t" + std::to_string(i)};
    world.addGroup(thread, 1);
    (void)world.start(thread, member(0));
  }
  REQUIRE(world.provider->waitForHeld(3));
  std::promise<void> gone;
  const auto tornDown = world.messenger->onCallTornDown([&](const CallTornDown&) { gone.set_value(); });
  REQUIRE_OK(world.messenger->endCall(over.id, member(0)));
  const bool atOnce = gone.get_future().wait_for(generous) == std::future_status::ready;
  const bool othersHang = !world.provider->waitForHeld(4, milliseconds{0});
  world.provider->release();
  REQUIRE(atOnce);
  REQUIRE(othersHang);
  REQUIRE(world.now(over).teardownComplete);
  REQUIRE(worker.drain(generous));
}

TEST_CASE("worker: teardowns hang at the provider -> calls that go down end at once", "[jobs][worker]") {
  Fixture world(StorageKind::memory, patient());
  auto worker = world.messenger->jobs().startWorker({.threads = 2});
  std::vector<Call> calls;
  for (std::size_t i = 0; i < 4; ++i) {
    const ThreadId thread{"t" + std::to_string(i)};
    world.addGroup(thread, 1);
    calls.push_back(world.start(thread, member(0)));
  }
  REQUIRE(worker.drain(generous));
  world.provider->holdDestroys();
  for (std::size_t i = 0; i < 3; ++i) REQUIRE_OK(world.messenger->endCall(calls.at(i).id, member(0)));
  REQUIRE(world.provider->waitForHeld(2));
  std::promise<void> ended;
  const auto ends = world.messenger->onCallEnded([&](const CallEnded&) { ended.set_value(); });
  REQUIRE_OK(world.messenger->host().callsDown(minutes{5}));
  const bool atOnce = ended.get_future().wait_for(generous) == std::future_status::ready;
  world.provider->release();
  REQUIRE(atOnce);
  REQUIRE(worker.drain(generous));
  REQUIRE(world.provider->rooms().empty());
}

TEST_CASE("worker: a setup and a teardown wait -> the teardown runs first", "[jobs][worker]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind, patient());
  const Call over = world.startTeam();
  const Call next = world.start(world.pair, named("alice"));
  REQUIRE_OK(world.messenger->endCall(over.id, member(0)));
  world.provider->clearCalls();
  auto worker = world.messenger->jobs().startWorker();
  REQUIRE(worker.drain(generous));
  const auto calls = world.provider->calls();
  REQUIRE(calls.size() == 2);
  REQUIRE(calls[0].call == over.id);
  REQUIRE(calls[1].call == next.id);
}

TEST_CASE("worker: a backlog -> only who ran a job looks for the next one", "[jobs][worker]") {
  Fixture world(StorageKind::memory, patient());
  constexpr std::size_t backlog = 60;
  for (std::size_t i = 0; i < backlog; ++i) {
    const ThreadId thread{"backlog" + std::to_string(i)};
    world.addGroup(thread, 2);
    (void)world.start(thread, member(0));
  }
  std::atomic<std::size_t> claims{0};
  world.storage->failIf(
      [&](const testing::StorageOperation& operation) {
        if (operation.name == "claim") ++claims;
        return false;
      },
      testing::Fault::before);
  auto worker = world.messenger->jobs().startWorker();
  REQUIRE(worker.drain(generous));
  CHECK(world.events.count<CallSetupCompleted>() == backlog);
  // For each job what is urgent, and then the setup; and a few looks at the beginning and at the end.
  CHECK(claims <= 2 * backlog + 10);
}

TEST_CASE("worker: nothing to do → one of its threads polls for all", "[jobs][worker]") {
  constexpr std::size_t threads = 4;
  constexpr std::size_t firstLooks = 2 * (threads + 1);  // one thread more for sweeps
  constexpr std::size_t polls = 50;
  Config config = Fixture::configured();
  config.jobs.pollInterval = milliseconds{10};
  Fixture world(StorageKind::memory, config);
  std::mutex mutex;
  std::vector<std::thread::id> looks;
  std::promise<void> enough;
  world.storage->failIf(
      [&](const testing::StorageOperation& operation) {
        if (operation.name != "claim") return false;
        const std::lock_guard lock(mutex);
        looks.push_back(std::this_thread::get_id());
        if (looks.size() == firstLooks + polls) enough.set_value();
        return false;
      },
      testing::Fault::before);
  auto worker = world.messenger->jobs().startWorker({.threads = threads});
  REQUIRE(enough.get_future().wait_for(generous) == std::future_status::ready);
  const std::lock_guard lock(mutex);
  // Each thread looked once when it began, at whatever time that was: for what is urgent, and for the rest.
  std::map<std::thread::id, std::size_t> count;
  for (const std::thread::id& each : looks) ++count[each];
  std::size_t pollers = 0;
  for (const auto& [thread, times] : count) pollers += times > 2 ? 1 : 0;
  REQUIRE(pollers == 1);
}

TEST_CASE("worker: the polling thread runs a long job → another one polls", "[jobs][worker]") {
  Config config = Fixture::configured();
  config.jobs.pollInterval = milliseconds{10};
  Fixture world(StorageKind::memory, config);
  Messenger other(config, Dependencies{.storage = world.storage,
                                       .threads = nullptr,
                                       .presence = nullptr,
                                       .broadcaster = nullptr,
                                       .clock = world.clock,
                                       .logger = world.logger});
  auto worker = world.messenger->jobs().startWorker({.threads = 3});
  REQUIRE(worker.drain(generous));
  world.provider->holdCreates();
  REQUIRE_OK(other.startCall(world.team, member(0)));  // wakes nobody here
  REQUIRE(world.provider->waitForHeld(1));
  REQUIRE_OK(other.startCall(world.pair, named("alice")));
  REQUIRE(world.provider->waitForHeld(2));
  world.provider->release();
  REQUIRE(worker.drain(generous));
}

}  // namespace messenger::tests
