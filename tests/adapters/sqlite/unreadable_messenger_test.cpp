// A whole Messenger over a file in which a newer version has written: what this version cannot read is
// reported, and everything else goes on.
#include <algorithm>
#include <atomic>
#include <memory>
#include <string>

#include "messenger/errors.hpp"
#include "messenger/messenger.hpp"
#include "messenger/testing/fake_video_driver.hpp"
#include "messenger/testing/forwarding_storage.hpp"
#include "messenger/testing/manual_clock.hpp"
#include "messenger/testing/recording_broadcaster.hpp"
#include "messenger/testing/recording_logger.hpp"
#include "tests/adapters/sqlite/sqlite_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace messenger;
using namespace messenger::testing;

namespace {

constexpr std::chrono::seconds generous{60};

/// A storage whose jobs cannot be claimed while it is told so.
class Unclaimable final : public ForwardingStorage {
 public:
  explicit Unclaimable(std::shared_ptr<Storage> storage)
      : ForwardingStorage(std::move(storage)), queue_(inner().jobs(), failing) {}
  [[nodiscard]] JobQueue& jobs() noexcept override { return queue_; }

  std::atomic<bool> failing = false;

 private:
  class Queue final : public ForwardingJobQueue {
   public:
    Queue(JobQueue& inner, const std::atomic<bool>& failing) : ForwardingJobQueue(inner), failing_(failing) {}
    std::optional<ClaimedJob> claim(const ClaimRequest& request) override {
      if (failing_) throw StorageUnavailable("no answer");
      return ForwardingJobQueue::claim(request);
    }

   private:
    const std::atomic<bool>& failing_;
  };
  Queue queue_;
};

struct World {
  explicit World(std::shared_ptr<Storage> over) : storage(std::move(over)) {
    Config config;
    config.calling.enabled = true;
    config.jobs.pollInterval = std::chrono::milliseconds{20};
    config.jobs.maxAttempts = 1;
    messenger = std::make_unique<Messenger>(config, Dependencies{.storage = storage,
                                                                 .threads = nullptr,
                                                                 .presence = nullptr,
                                                                 .broadcaster = broadcaster,
                                                                 .clock = clock,
                                                                 .logger = logger});
    messenger->setVideoDriver<FakeVideoDriver>(provider);
    for (int i = 1; i <= 5; ++i) {
      const ThreadId thread{"t" + std::to_string(i)};
      REQUIRE(messenger->threads().createPrivate({alice, "A"}, {bob, "B"}, thread));
      calls.push_back(messenger->startCall(thread, alice).value());
    }
  }

  [[nodiscard]] std::size_t logged(const std::string& text) const {
    const auto lines = logger->lines();
    return static_cast<std::size_t>(std::count_if(lines.begin(), lines.end(), [&](const auto& line) {
      return line.text().find(text) != std::string::npos;
    }));
  }

  const UserId alice{"user", "alice"};
  const UserId bob{"user", "bob"};
  std::shared_ptr<Storage> storage;
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  std::shared_ptr<RecordingBroadcaster> broadcaster = std::make_shared<RecordingBroadcaster>();
  std::shared_ptr<RecordingLogger> logger = std::make_shared<RecordingLogger>();
  std::shared_ptr<FakeVideoProvider> provider = std::make_shared<FakeVideoProvider>();
  std::unique_ptr<Messenger> messenger;
  std::vector<Call> calls;
};

}  // namespace

TEST_CASE("unreadable call: maintenance ends every other call, and the sweep is done", "[sqlite][unit]") {
  const SqliteFixture fixture;
  World world(fixture.open());
  fixture.run("UPDATE calls SET type = 9 WHERE sequence = 3");
  CHECK(world.messenger->host().activeCalls(0, 2).size() == 2);
  CHECK(world.messenger->host().callsDown(std::chrono::minutes{5}, When::now) == 5U);
  CHECK(fixture.number("SELECT count(*) FROM calls WHERE ended_at IS NULL") == 1);
  CHECK(world.messenger->jobs().failed().empty());
  CHECK(world.logged("call " + world.calls[2].id.value() + ": calls.type cannot be 9") == 1);
  CHECK_THROWS_AS(world.messenger->host().findCall(world.calls[2].id), StorageUnreadable);
}

TEST_CASE("unreadable call: the activity check evicts the silent ones of every other call",
          "[sqlite][unit]") {
  const SqliteFixture fixture;
  World world(fixture.open());
  (void)world.messenger->host().runDueTasks();
  fixture.run("UPDATE calls SET type = 9 WHERE sequence = 3");
  world.clock->advance(std::chrono::minutes{1});
  world.messenger->host().flushPresence();
  for (int i = 0; i < 20; ++i) {
    world.clock->advance(std::chrono::seconds{5});
    (void)world.messenger->host().runDueTasks();
  }
  CHECK(world.messenger->host().checkActivity(When::queued) > 0);
  (void)world.messenger->jobs().runPending();
  CHECK(fixture.number("SELECT count(*) FROM calls WHERE ended_at IS NULL") == 1);
  CHECK(world.messenger->jobs().failed().empty());
  CHECK(world.logged("the activity check failed") == 0);
  CHECK(world.logged("calls.type cannot be 9") > 0);
}

TEST_CASE("unreadable job: workers go on, and drain does not say that nothing is left", "[sqlite][unit]") {
  const SqliteFixture fixture;
  World world(fixture.open());
  fixture.run("UPDATE jobs SET type = 99 WHERE sequence = 1");
  auto worker = world.messenger->jobs().startWorker();
  CHECK_FALSE(worker.drain(generous));  // at once, not when the time is up
  CHECK(world.provider->rooms().size() == 4);
  CHECK(world.messenger->jobs().pending().empty());
  CHECK(world.messenger->jobs().counts().unreadable == 1);
  CHECK(world.logged("left alone, as this version cannot read it row=\"job ") == 1);
  fixture.run("UPDATE jobs SET type = 1 WHERE sequence = 1");
  CHECK(worker.drain(generous));
  CHECK(world.provider->rooms().size() == 5);
}

TEST_CASE("claiming fails: drain does not say that nothing is left", "[sqlite][unit]") {
  const SqliteFixture fixture;
  const auto storage = std::make_shared<Unclaimable>(fixture.open());
  World world(storage);
  storage->failing = true;
  auto worker = world.messenger->jobs().startWorker({.threads = 2});
  CHECK_FALSE(worker.drain(std::chrono::milliseconds{100}));
  storage->failing = false;
  CHECK(worker.drain(generous));
  CHECK(world.provider->rooms().size() == 5);
}

TEST_CASE("unreadable call: a user's lists and history go on, and it is logged once", "[sqlite][unit]") {
  const SqliteFixture fixture;
  World world(fixture.open());
  fixture.run("UPDATE calls SET type = 9 WHERE sequence = 3");
  CHECK(world.messenger->activeCalls(world.alice).size() == 4);
  CHECK(world.messenger->activeCalls(world.alice).size() == 4);
  CHECK(world.messenger->callHistory(ThreadId{"t3"}, world.alice).value().calls.empty());
  CHECK(world.logged("cannot be 9") == 1);
}
