// A claim is renewed while its job runs, and only by its holder.
#include "jobs/leases.hpp"

#include <future>

#include "tests/jobs/context_for_tests.hpp"
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

/// Renewals on a fixture's storage and clock.
class Renewing {
 public:
  explicit Renewing(Fixture& world) : context_(world) {}

  bool renew(jobs::Leases& leases, Duration lease) { return leases.renew(context_.context, lease); }

 private:
  ContextForTests context_;
};

}  // namespace

TEST_CASE("leases: a claim is held -> renewed so that nobody takes it over", "[jobs][leases]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  Renewing renewing(world);
  (void)world.start(world.team, member(0));
  const auto claimAny = [&] { return world.claimAny(); };
  const auto claimed = claimAny();
  REQUIRE(claimed);
  jobs::Leases leases;
  {
    const jobs::Leases::Held held(&leases, claimed->job);
    for (int i = 0; i < 10; ++i) {
      world.clock->advance(seconds{29});
      REQUIRE_FALSE(claimAny());
      REQUIRE(renewing.renew(leases, seconds{30}));
    }
    // A storage that does not answer is logged, and the next renewal is soon enough.
    world.storage->failIf([](const testing::StorageOperation&) { return true; }, testing::Fault::before);
    REQUIRE_FALSE(renewing.renew(leases, seconds{30}));
    world.storage->heal();
    REQUIRE(world.logger->has(LogLevel::warning, "could not be renewed"));
    REQUIRE(renewing.renew(leases, seconds{30}));
  }
  REQUIRE(renewing.renew(leases, seconds{30}));  // held no more: nothing is prolonged
  world.clock->advance(seconds{30});
  const auto taken = claimAny();
  REQUIRE(taken);
  REQUIRE(taken->job.token > claimed->job.token);
  // The first one's token is no longer valid.
  REQUIRE_FALSE(
      world.storage->jobs().renew(claimed->job.id, claimed->job.token, world.storageNow() + hours{1}));
}

TEST_CASE("leases: two renewals fail -> the lease is still valid", "[jobs][leases]") {
  REQUIRE(jobs::renewalInterval(seconds{30}) == seconds{10});
  REQUIRE(jobs::renewalInterval(seconds{1}) == milliseconds{333});
  REQUIRE(jobs::renewalInterval(milliseconds{1}) == milliseconds{10});  // and no busy loop
}

TEST_CASE("leases: the storage does not answer until a lease ends -> said once and renewed soon after",
          "[jobs][leases]") {
  Fixture world;
  Renewing renewing(world);
  (void)world.start(world.team, member(0));
  const auto claimed = world.claimAny();
  REQUIRE(claimed);
  jobs::Leases leases;
  const jobs::Leases::Held held(&leases, claimed->job);
  world.storage->failIf([](const testing::StorageOperation&) { return true; }, testing::Fault::before);
  const auto ends = [&] {
    std::size_t count = 0;
    for (const auto& line : world.logger->lines()) {
      count +=
          line.level == LogLevel::error && line.message.find("has ended while it runs") != std::string::npos;
    }
    return count;
  };
  world.clock->advance(seconds{29});
  REQUIRE_FALSE(renewing.renew(leases, seconds{30}));
  REQUIRE(ends() == 0);
  world.clock->advance(seconds{1});
  REQUIRE_FALSE(renewing.renew(leases, seconds{30}));
  REQUIRE_FALSE(renewing.renew(leases, seconds{30}));
  REQUIRE(ends() == 1);
  world.storage->heal();
  REQUIRE(renewing.renew(leases, seconds{30}));
  REQUIRE_FALSE(world.claimAny());
  REQUIRE(jobs::repeatedRenewal(seconds{30}) == seconds{1});
  REQUIRE(jobs::repeatedRenewal(milliseconds{1}) == milliseconds{10});
}

TEST_CASE("leases: a slow renewal -> jobs still begin and end", "[jobs][leases]") {
  Fixture world;
  Renewing renewing(world);
  (void)world.start(world.team, member(0));
  const auto claimed = world.claimAny();
  REQUIRE(claimed);
  jobs::Leases leases;
  const jobs::Leases::Held held(&leases, claimed->job);
  bool renewed = false;
  world.storage->failIf(
      [&](const testing::StorageOperation& each) {
        renewed = each.name == "renew";
        std::thread([&] { const jobs::Leases::Held another(&leases, claimed->job); }).join();
        return false;
      },
      testing::Fault::before);
  renewing.renew(leases, seconds{30});
  REQUIRE(renewed);
}

TEST_CASE("leases: a driver blocks -> the worker renews", "[jobs][leases]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Config config = Fixture::configured();
  config.jobs.lease = seconds{1};
  config.jobs.pollInterval = hours{1};
  Fixture world(kind, config);
  world.provider->holdCreates();
  std::promise<void> renewed;
  std::atomic<int> renewals{0};
  Worker* itself = nullptr;
  world.storage->failIf(
      [&](const testing::StorageOperation& each) {
        if (each.name != "renew") return false;
        std::thread([&] { (void)itself->drain(milliseconds{0}); }).join();  // the worker answers meanwhile
        if (++renewals == 2) renewed.set_value();
        return false;
      },
      testing::Fault::before);
  auto worker = world.messenger->jobs().startWorker();
  itself = &worker;
  const Call call = world.start(world.team, member(0));
  REQUIRE(world.provider->waitForHeld(1));
  // Renewals use the machine's clock, a third of a second apart; the lease uses the manual clock.
  world.clock->advance(milliseconds{900});
  REQUIRE(renewed.get_future().wait_for(seconds{60}) == std::future_status::ready);
  const StorageTime until = world.messenger->jobs().pending().at(0).leasedUntil.value();
  REQUIRE(until == world.storageNow() + seconds{1});
  // After a stop request it still renews the running job.
  worker.requestStop();
  const int before = renewals;
  while (renewals < before + 2) std::this_thread::yield();
  world.provider->release();
  worker.stop();
  REQUIRE(world.now(call).setupComplete);
}

}  // namespace messenger::tests
