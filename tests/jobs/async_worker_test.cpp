// Jobs whose driver completes later: no OS thread waits for it.
#include "messenger/jobs/async_worker.hpp"

#include <deque>

#include "messenger/testing/manual_loop.hpp"
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

/// Keeps every request until the test answers it.
class PatientDriver final : public AsyncVideoDriver {
 public:
  struct Request {
    std::string what;  ///< create, destroy, remove
    CallId call;
    DriverCompletion done;
  };

  void create(const Thread& thread, const Call& call, DriverCompletion done) override {
    if (throws) throw DriverError("no memory");
    REQUIRE(thread.id == call.threadId);
    requests.push_back({"create", call.id, std::move(done)});
  }
  void destroy(const CallWithRoom& call, DriverCompletion done) override {
    secretSeen = call.room && call.room->secret;
    requests.push_back({"destroy", call.id, std::move(done)});
  }
  void remove(const CallWithRoom& call, const Secret&, DriverCompletion done) override {
    requests.push_back({"remove", call.id, std::move(done)});
  }

  /// The oldest request, of this kind.
  Request take(const std::string& what) {
    REQUIRE_FALSE(requests.empty());
    Request first = std::move(requests.front());
    requests.pop_front();
    REQUIRE(first.what == what);
    return first;
  }

  std::deque<Request> requests;
  bool throws = false;
  bool secretSeen = false;
};

Room lateRoom() {
  return {"room-1", "1234", std::nullopt, Secret{"swordfish"}};
}

struct AsyncWorld : Fixture {
  using Fixture::Fixture;

  AsyncWorker begin(const AsyncWorkerOptions& options = {}) {
    auto worker = messenger->jobs().startAsyncWorker(loop, pool, driver, options);
    settle();
    return worker;
  }

  /// Whatever can be done without the driver and without time.
  void settle() {
    while (pool->runAll() + loop->runAll() > 0) {
    }
  }

  void pass(milliseconds time) {
    clock->advance(time);
    loop->advance(time);
    settle();
  }

  void failOnce(std::string_view operation) {
    storage->failIf(
        [operation, struck = std::make_shared<bool>()](const testing::StorageOperation& each) {
          return each.name == operation && !std::exchange(*struck, true);
        },
        testing::Fault::before);
  }

  void stop(AsyncWorker& worker) {
    bool stopped = false;
    worker.stop([&] { stopped = true; });
    settle();
    REQUIRE(stopped);
    REQUIRE(loop->timers() == 0);
  }

  std::shared_ptr<testing::ManualLoop> pool = std::make_shared<testing::ManualLoop>();
  std::shared_ptr<testing::ManualLoop> loop = std::make_shared<testing::ManualLoop>();
  std::shared_ptr<PatientDriver> driver = std::make_shared<PatientDriver>();
};

}  // namespace

TEST_CASE("async worker: a call -> its room is made and destroyed when the driver says so", "[jobs][async]") {
  const auto kind = GENERATE(StorageKind::memory, StorageKind::sqlite);
  CAPTURE(kind);
  AsyncWorld world(kind);
  auto worker = world.begin();
  const Call call = world.start(world.team, member(0));
  world.settle();
  REQUIRE_FALSE(world.now(call).setupComplete);
  const auto create = world.driver->take("create");
  REQUIRE(create.call == call.id);
  create.done.succeed(lateRoom());
  REQUIRE_FALSE(world.now(call).setupComplete);  // nothing is stored on the OS thread that reports
  world.settle();
  REQUIRE(world.now(call).setupComplete);
  REQUIRE(world.messenger->showCall(call.id, member(0))->room->pin == "1234");
  REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
  world.settle();
  const auto destroy = world.driver->take("destroy");
  REQUIRE(world.driver->secretSeen);
  destroy.done.succeed();
  world.settle();
  REQUIRE(world.now(call).teardownComplete);
  REQUIRE(world.messenger->jobs().pending().empty());
  world.stop(worker);
}

TEST_CASE("async worker: many calls -> as many requests at once as may be, no more", "[jobs][async]") {
  AsyncWorld world;
  for (int i = 0; i < 6; ++i) world.addGroup(ThreadId{"t" + std::to_string(i)}, 2);
  auto worker = world.begin({.atOnce = 4});
  for (int i = 0; i < 6; ++i) world.start(ThreadId{"t" + std::to_string(i)}, member(0));
  world.settle();
  REQUIRE(world.driver->requests.size() == 3);  // a quarter is kept from setups
  world.driver->take("create").done.succeed();
  world.settle();
  REQUIRE(world.driver->requests.size() == 3);
  for (int i = 0; i < 5; ++i) {
    world.driver->take("create").done.succeed();
    world.settle();
  }
  REQUIRE(world.messenger->jobs().pending().empty());
  world.stop(worker);
}

TEST_CASE("async worker: a call ends during its setup -> its room goes after it was made", "[jobs][async]") {
  AsyncWorld world;
  auto worker = world.begin();
  const Call call = world.start(world.team, member(0));
  world.settle();
  const auto create = world.driver->take("create");
  REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
  world.settle();
  REQUIRE(world.driver->requests.empty());  // one job of a call at a time
  create.done.succeed(lateRoom());
  world.settle();
  world.driver->take("destroy").done.succeed();
  world.settle();
  REQUIRE(world.now(call).teardownComplete);
  world.stop(worker);
}

TEST_CASE("async worker: a request fails, is dropped or throws -> is repeated later", "[jobs][async]") {
  AsyncWorld world;
  auto worker = world.begin();
  const Call call = world.start(world.team, member(0));
  std::string why;
  SECTION("fails") {
    world.settle();
    world.driver->take("create").done.fail("no room left");
    why = "no room left";
  }
  SECTION("is dropped") {
    world.settle();
    world.driver->requests.clear();
    why = "the driver dropped the request";
  }
  SECTION("throws") {
    world.driver->throws = true;
    why = "no memory";
  }
  SECTION("describes a room that cannot be stored") {
    world.settle();
    world.driver->take("create").done.succeed({std::string(300, 'x'), {}, {}, {}});
    why = "the driver's room id has 300 bytes, at most 255 are allowed";
  }
  world.settle();
  world.driver->throws = false;
  REQUIRE(world.messenger->jobs().pending().at(0).lastError == why);
  REQUIRE(world.driver->requests.empty());
  world.pass(minutes{1});
  world.driver->take("create").done.succeed(lateRoom());
  world.settle();
  REQUIRE(world.now(call).setupComplete);
  world.stop(worker);
}

TEST_CASE("async worker: a second report -> is ignored", "[jobs][async]") {
  AsyncWorld world;
  std::vector<JobOutcome> runs;
  auto worker = world.begin({.onRun = [&](const JobRun& run) { runs.push_back(run.outcome); }});
  const Call call = world.start(world.team, member(0));
  world.settle();
  const auto create = world.driver->take("create");
  create.done.succeed(lateRoom());
  create.done.fail("too late");
  world.settle();
  create.done.fail("much too late");
  world.settle();
  REQUIRE(world.now(call).setupComplete);
  REQUIRE(runs == std::vector<JobOutcome>{JobOutcome::done});
  world.stop(worker);
}

TEST_CASE("async worker: the last attempt fails -> the call ends", "[jobs][async]") {
  AsyncWorld world;
  auto worker = world.begin({.maxAttempts = 1});
  const Call call = world.start(world.team, member(0));
  world.settle();
  world.driver->take("create").done.fail("no room left");
  world.settle();
  REQUIRE(world.now(call).endReason == EndReason::setupFailed);
  world.driver->take("destroy").done.succeed();
  world.settle();
  REQUIRE(world.messenger->jobs().counts().failed == 1);
  world.stop(worker);
}

TEST_CASE("async worker: a driver that takes minutes -> its lease is renewed", "[jobs][async]") {
  AsyncWorld world;
  auto worker = world.begin({.dueTasks = false});
  const Call call = world.start(world.team, member(0));
  world.settle();
  const auto create = world.driver->take("create");
  for (int i = 0; i < 30; ++i) world.pass(seconds{10});
  REQUIRE_FALSE(world.claimAny());  // by no other process
  REQUIRE(world.driver->requests.empty());
  create.done.succeed(lateRoom());
  world.settle();
  REQUIRE(world.now(call).setupComplete);
  world.stop(worker);
}

TEST_CASE("async worker: the loop stood still for longer than the lease -> the driver is not asked",
          "[jobs][async]") {
  AsyncWorld world;
  auto worker = world.begin();
  const Call call = world.start(world.team, member(0));
  REQUIRE(world.loop->runAll() == 1);  // it hears of the job
  REQUIRE(world.pool->runAll() == 1);  // and claims it
  world.clock->advance(minutes{1});
  world.settle();
  REQUIRE(world.driver->requests.empty());
  world.pass(minutes{1});
  world.driver->take("create").done.succeed(lateRoom());
  world.settle();
  REQUIRE(world.now(call).setupComplete);
  world.stop(worker);
}

TEST_CASE("async worker: stop -> claims no more, and waits for what is under way", "[jobs][async]") {
  AsyncWorld world;
  auto worker = world.begin();
  const Call call = world.start(world.team, member(0));
  world.settle();
  const auto create = world.driver->take("create");
  int stopped = 0;
  worker.stop([&] { ++stopped; });
  worker.stop([&] { ++stopped; });
  world.settle();
  world.start(world.pair, named("alice"));
  world.pass(minutes{1});
  REQUIRE(stopped == 0);
  REQUIRE(world.driver->requests.empty());
  create.done.succeed(lateRoom());
  world.settle();
  REQUIRE(stopped == 2);
  REQUIRE(world.now(call).setupComplete);
  REQUIRE(world.loop->timers() == 0);
  worker.stop([&] { ++stopped; });
  world.settle();
  REQUIRE(stopped == 3);
  REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
  REQUIRE(world.loop->runAll() == 0);  // it does not hear of jobs any more
  REQUIRE(world.messenger->jobs().pending().size() == 2);
}

TEST_CASE("async worker: destroyed -> stops by itself, and lets everything go", "[jobs][async]") {
  AsyncWorld world;
  const std::weak_ptr<AsyncVideoDriver> driver = world.driver;
  { const auto worker = world.begin(); }
  world.settle();
  world.driver.reset();
  REQUIRE(world.loop->timers() == 0);
  REQUIRE(driver.expired());
  world.start(world.team, member(0));
  REQUIRE(world.loop->runAll() == 0);  // it does not hear of jobs any more
}

TEST_CASE("async worker: due tasks -> the silent are evicted, heartbeats are reported", "[jobs][async]") {
  AsyncWorld world;
  auto worker = world.begin();
  const Call call = world.start(world.team, member(0));
  world.settle();
  world.driver->take("create").done.succeed(lateRoom());
  world.join(call, member(1));
  for (int i = 0; i < 15; ++i) {
    REQUIRE_OK(world.messenger->heartbeat(call.id, member(1)));
    world.pass(seconds{10});
  }
  REQUIRE_FALSE(world.messenger->showCall(call.id, member(0))->room);
  REQUIRE(world.messenger->showCall(call.id, member(1))->room);
  world.stop(worker);
}

TEST_CASE("async worker: a session that left -> is taken out of the room", "[jobs][async]") {
  Config config = Fixture::configured();
  config.calling.subscriber.removesSessions = true;
  AsyncWorld world(StorageKind::memory, config);
  auto worker = world.begin();
  const Call call = world.start(world.team, member(0));
  world.settle();
  world.driver->take("create").done.succeed(lateRoom());
  world.settle();
  world.join(call, member(1));
  REQUIRE_OK(world.messenger->leaveCall(call.id, member(1)));
  world.settle();
  world.driver->take("remove").done.succeed();
  world.settle();
  REQUIRE(world.messenger->jobs().pending().empty());
  world.stop(worker);
}

TEST_CASE("async worker: the storage does not answer -> it looks again, and stores what was done",
          "[jobs][async]") {
  AsyncWorld world;
  auto worker = world.begin();
  const Call call = world.start(world.team, member(0));
  world.settle();
  const auto create = world.driver->take("create");
  world.failOnce("commit");
  create.done.succeed(lateRoom());
  world.settle();
  REQUIRE(world.now(call).setupComplete);
  world.failOnce("claim");
  world.start(world.pair, named("alice"));
  world.settle();
  REQUIRE(world.driver->requests.empty());
  world.pass(seconds{2});
  world.driver->take("create").done.succeed(lateRoom());
  world.settle();
  world.stop(worker);
}

TEST_CASE("async worker: without a loop, a pool, a driver, in synchronous mode -> is refused",
          "[jobs][async]") {
  AsyncWorld world;
  Jobs& jobs = world.messenger->jobs();
  REQUIRE_THROWS_AS(jobs.startAsyncWorker(nullptr, world.pool, world.driver), std::invalid_argument);
  REQUIRE_THROWS_AS(jobs.startAsyncWorker(world.loop, nullptr, world.driver), std::invalid_argument);
  REQUIRE_THROWS_AS(jobs.startAsyncWorker(world.loop, world.pool, nullptr), std::invalid_argument);
  REQUIRE_THROWS_AS(world.begin({.atOnce = 0}), std::invalid_argument);
  REQUIRE_THROWS_AS(world.begin({.atOnce = 257}), std::invalid_argument);
  AsyncWorld synchronous(StorageKind::memory, Fixture::configured(/*queued=*/false));
  REQUIRE_THROWS_AS(synchronous.begin(), std::invalid_argument);
}

}  // namespace messenger::tests
