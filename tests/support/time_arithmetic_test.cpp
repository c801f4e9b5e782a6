// Times near the limits of their types.
#include <future>
#include <limits>

#include "messenger/jobs/retry_policy.hpp"
#include "support/deadline.hpp"
#include "support/time_text.hpp"
#include "support/wake_up.hpp"
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;

constexpr StorageTime first = StorageTime::min();
constexpr StorageTime last = StorageTime::max();
constexpr StorageTime some{seconds{5}};

}  // namespace

TEST_CASE("time arithmetic: beyond the end of the type -> its end", "[support][unit]") {
  CHECK(saturatingAdd(some, seconds{2}) == StorageTime{seconds{7}});
  CHECK(saturatingAdd(some, -seconds{7}) == StorageTime{-seconds{2}});
  CHECK(saturatingAdd(last, microseconds{1}) == last);
  CHECK(saturatingAdd(first, -microseconds{1}) == first);
  CHECK(saturatingAdd(some, hours::max()) == last);
  CHECK(saturatingAdd(some, hours::min()) < first + seconds{6});  // the duration is cut first
  CHECK(saturatingAdd(last, Duration::min()) == StorageTime{-microseconds{1}});
  CHECK(saturatingSubtract(some, seconds{2}) == StorageTime{seconds{3}});
  CHECK(saturatingSubtract(some, hours::max()) < first + seconds{6});
  CHECK(saturatingSubtract(some, hours::min()) == last);
  CHECK(saturatingSubtract(first, microseconds{1}) == first);
  CHECK(saturatingSubtract(last, -microseconds{1}) == last);
  CHECK(saturatingDifference(some, StorageTime{seconds{2}}) == seconds{3});
  CHECK(saturatingDifference(last, first) == Duration::max());
  CHECK(saturatingDifference(first, last) == Duration::min());
  CHECK(saturated<nanoseconds>(hours::max()) == nanoseconds::max());
  CHECK(saturated<nanoseconds>(hours::min()) == nanoseconds::min());
  CHECK(saturated<nanoseconds>(hours{1}) == hours{1});
  static_assert(saturatingAdd(last, hours{1}) == last);
}

TEST_CASE("toText: a time that four digits of a year cannot show -> the nearest that they can",
          "[support][unit]") {
  CHECK(support::toText(TimePoint::min()) == "0000-01-01T00:00:00.000000Z");
  CHECK(support::toText(TimePoint::max()) == "9999-12-31T23:59:59.999999Z");
}

TEST_CASE("call duration: times at the limits -> never negative and no overflow", "[support][unit]") {
  Call call;
  call.createdAt = TimePoint::min();
  call.endedAt = TimePoint::max();
  CHECK(call.duration() == Duration::max());
  std::swap(call.createdAt, *call.endedAt);
  CHECK(call.duration() == Duration::zero());
}

TEST_CASE("retry delay: settings at the limits -> the longest wait", "[jobs][unit]") {
  Config::Jobs config;
  config.backoff = milliseconds::max();
  config.maxBackoff = milliseconds::max();
  config.jitter = 1;
  CHECK(retryDelay(config, 1000, 0.999) == milliseconds::max());
  config.backoff = milliseconds{1};
  CHECK(retryDelay(config, 1000, 0.999) == milliseconds::max());
  CHECK(retryDelay(config, std::numeric_limits<int>::max(), 0.0) == milliseconds::max());
  config.backoff = milliseconds{0};
  CHECK(retryDelay(config, std::numeric_limits<int>::max(), 0.5) == milliseconds{0});
}

TEST_CASE("waits: as long as the type allows -> they wait", "[support][unit]") {
  support::WakeUp wakeUp;
  std::promise<void> began;
  std::thread waiter([&] {
    began.set_value();
    wakeUp.waitFor(0, milliseconds::max());
    wakeUp.waitFor(0, milliseconds::min());  // and a wait that is over does not
  });
  began.get_future().wait();
  wakeUp.notify();
  waiter.join();
  CHECK(support::deadlineIn(hours::max()) == std::chrono::steady_clock::time_point::max());
}

TEST_CASE("limits: a worker is drained for as long as the type allows -> it waits for the running job",
          "[jobs][worker]") {
  Config config = Fixture::configured();
  config.jobs.pollInterval = hours{1};
  Fixture world(StorageKind::memory, config);
  world.provider->holdCreates();
  auto worker = world.messenger->jobs().startWorker();
  const Call call = world.start(world.team, member(0));
  REQUIRE(world.provider->waitForHeld(1, milliseconds::max()));
  // The driver continues when an idle thread looks for jobs, which draining asks it to do.
  world.storage->failIf(
      [&](const testing::StorageOperation& each) {
        if (each.name == "claim") world.provider->release();
        return false;
      },
      testing::Fault::before);
  REQUIRE(worker.drain(milliseconds::max()));
  REQUIRE(world.now(call).setupComplete);
}

TEST_CASE("limits: a storage with the longest busy timeout -> works", "[sqlite]") {
  const testing::TempDir folder;
  SqliteOptions options;
  options.path = folder.file("app.db");
  options.busyTimeout = milliseconds::max();
  const auto storage = sqliteStorage(options);
  REQUIRE_FALSE(storage->switches().bringCallsUp(storage->timeAt(SteadyPoint::min())));
  REQUIRE(storage->jobs().list({}).empty());
  REQUIRE(storage->timeAt(SteadyPoint::max()) > storage->timeAt(SteadyPoint::min()));
}

TEST_CASE("limits: the clock stands at the end of its type -> calls still begin and end", "[facade]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  world.clock->advance(Duration::max());
  const Call call = world.startTeam();
  REQUIRE_OK(world.messenger->heartbeat(call.id, member(0)));
  (void)world.messenger->poll(10);
  REQUIRE_OK(world.messenger->host().callsDown(std::chrono::duration_cast<seconds>(hours{24 * 365})));
  (void)world.messenger->host().wallTimeOf(StorageTime::min());
  (void)world.messenger->host().wallTimeOf(StorageTime::max());
  REQUIRE_OK(world.messenger->host().endCall(call.id));
  (void)world.messenger->poll(10);
}

}  // namespace messenger::tests
