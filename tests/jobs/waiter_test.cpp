// Workers on a storage that tells them of jobs (JobQueue::makeWaiter).
#include <poll.h>

#include <array>
#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <thread>

#include "messenger/testing/forwarding_storage.hpp"
#include "support/wake_up.hpp"
#include "tests/jobs/patience.hpp"
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

/// Waits for news, or to be woken.
class Listening final : public JobQueue::Waiter {
 public:
  explicit Listening(support::WakeUp& told) : bell_(told) {}

  void wait(std::chrono::steady_clock::time_point /*deadline*/, int wake) noexcept override {
    std::array<pollfd, 2> both{pollfd{wake, POLLIN, 0}, pollfd{bell_.descriptor(), POLLIN, 0}};
    ::poll(both.data(), both.size(), static_cast<int>(milliseconds{generous}.count()));
    bell_.silence();
  }

 private:
  support::WakeUp::Bell bell_;
};

/// Stops those who have looked for setups and found none.
class Looks {
 public:
  void hold() { holds_ = true; }
  void release() {
    holds_ = false;
    released_.set_value();
  }
  [[nodiscard]] bool waitForHeld() {
    return held_.get_future().wait_for(generous) == std::future_status::ready;
  }
  void found(const JobQueue::ClaimRequest& request, bool any) {
    if (any || request.leastUrgent != JobClass::setup || !holds_.exchange(false)) return;
    held_.set_value();
    static_cast<void>(released_.get_future().wait_for(generous));
  }

 private:
  std::atomic<bool> holds_{false};
  std::promise<void> held_;
  std::promise<void> released_;
};

/// A storage that tells of jobs when `told` is notified.
class TellingStorage final : public testing::ForwardingStorage {
 public:
  TellingStorage(std::shared_ptr<Storage> inner, support::WakeUp& told, Looks& looks)
      : ForwardingStorage(std::move(inner)), jobs_(this->inner().jobs(), told, looks) {}
  JobQueue& jobs() noexcept override { return jobs_; }

 private:
  struct Queue final : testing::ForwardingJobQueue {
    Queue(JobQueue& inner, support::WakeUp& news, Looks& of)
        : ForwardingJobQueue(inner), told(news), looks(of) {}
    std::unique_ptr<Waiter> makeWaiter() override { return std::make_unique<Listening>(told); }
    std::optional<ClaimedJob> claim(const ClaimRequest& request) override {
      auto claimed = inner().claim(request);
      looks.found(request, claimed.has_value());
      return claimed;
    }
    support::WakeUp& told;
    Looks& looks;
  };
  Queue jobs_;
};

/// A Messenger that is told, beside that of the fixture, which stores jobs as another process does.
struct ToldWorld {
  ToldWorld() {
    config.jobs.pollInterval = hours{1};
    messenger = std::make_unique<Messenger>(
        config, Dependencies{.storage = std::make_shared<TellingStorage>(fixture.storage, told, looks),
                             .threads = nullptr,
                             .presence = nullptr,
                             .broadcaster = nullptr,
                             .clock = fixture.clock,
                             .logger = fixture.logger});
    messenger->setVideoDriver<testing::FakeVideoDriver>(fixture.provider);
  }

  Config config = Fixture::configured();
  Fixture fixture{StorageKind::memory, config};
  support::WakeUp told;
  Looks looks;
  std::unique_ptr<Messenger> messenger;
};

}  // namespace

TEST_CASE("worker: told of a job that another process stored -> runs it at once", "[jobs][worker]") {
  ToldWorld world;
  auto worker = world.messenger->jobs().startWorker();
  REQUIRE(worker.drain(generous));  // it has looked: nothing but the news makes it look again
  for (int i = 0; i < 3; ++i) {
    std::promise<void> done;
    const auto setUp =
        world.messenger->onCallSetupCompleted([&](const CallSetupCompleted&) { done.set_value(); });
    const Call call = world.fixture.start(world.fixture.team, member(0));
    world.told.notify();
    REQUIRE(done.get_future().wait_for(generous) == std::future_status::ready);
    std::promise<void> gone;
    const auto tornDown = world.messenger->onCallTornDown([&](const CallTornDown&) { gone.set_value(); });
    REQUIRE_OK(world.fixture.messenger->endCall(call.id, member(0)));
    world.told.notify();
    REQUIRE(gone.get_future().wait_for(generous) == std::future_status::ready);
  }
}

TEST_CASE("worker: told of a setup while the thread for setups has just looked -> runs it at once",
          "[jobs][worker]") {
  ToldWorld world;
  auto worker = world.messenger->jobs().startWorker({.threads = 2});
  world.fixture.provider->holdCreates();
  REQUIRE_OK(world.messenger->startCall(world.fixture.team, member(0)));
  REQUIRE(world.fixture.provider->waitForHeld(1));
  world.looks.hold();
  world.fixture.provider->release();
  REQUIRE(world.looks.waitForHeld());  // the thread that ran it has looked again
  std::promise<void> done;
  const auto setUp =
      world.messenger->onCallSetupCompleted([&](const CallSetupCompleted&) { done.set_value(); });
  static_cast<void>(world.fixture.start(world.fixture.pair, named("alice")));
  world.fixture.storage->countFromHere();
  world.told.notify();
  while (world.fixture.storage->operations() == 0) std::this_thread::yield();
  world.looks.release();
  CHECK(done.get_future().wait_for(generous) == std::future_status::ready);
}

TEST_CASE("worker: a job of its own process while it listens -> wakes it at once", "[jobs][worker]") {
  ToldWorld world;
  auto worker = world.messenger->jobs().startWorker();
  world.fixture.provider->holdCreates();
  REQUIRE_OK(world.messenger->startCall(world.fixture.team, member(0)));
  REQUIRE(world.fixture.provider->waitForHeld(1));
  // Of its two OS threads one is held, and the other listens.
  std::promise<void> ended;
  const auto subscription = world.messenger->onCallEnded([&](const CallEnded&) { ended.set_value(); });
  REQUIRE(world.messenger->host().callsDown(minutes{5}) == 1U);
  CHECK(ended.get_future().wait_for(generous) == std::future_status::ready);
  world.fixture.provider->release();
}

TEST_CASE("worker: stopped while it listens -> ends at once", "[jobs][worker]") {
  ToldWorld world;
  auto worker = world.messenger->jobs().startWorker();
  REQUIRE(worker.drain(generous));
  const auto begun = std::chrono::steady_clock::now();
  worker.stop();
  CHECK(std::chrono::steady_clock::now() - begun < generous);
}

}  // namespace messenger::tests
