// One OS thread that reports heartbeats and checks activity at their intervals.
#include <future>
#include <latch>
#include <optional>

#include "messenger/adapters/defaults.hpp"
#include "tests/jobs/patience.hpp"
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
TEST_CASE("scheduler: started and stopped -> reports at once and once more", "[jobs][scheduler]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const Call call = world.startTeam();
  std::promise<void> written;
  std::atomic<int> writes{0};
  world.storage->failIf(
      [&](const testing::StorageOperation& each) {
        if (each.name == "save" && ++writes == 1) written.set_value();
        return false;
      },
      testing::Fault::before);
  Scheduler scheduler = world.messenger->host().startScheduler();
  REQUIRE(written.get_future().wait_for(generous) == std::future_status::ready);
  world.clock->advance(seconds{5});
  // Acknowledged from memory after the report has given this process its lease.
  while (!world.messenger->tryHeartbeat(call.id, member(0))) std::this_thread::yield();
  scheduler.stop();
  REQUIRE(writes == 2);
  scheduler.stop();
  REQUIRE(writes == 2);
  REQUIRE(world.stored().at(0).lastSeen == world.storageNow());
}

TEST_CASE("scheduler: a task throws -> the check still runs when due", "[jobs][scheduler]") {
  // With the machine's clock and the shortest possible interval.
  Config config = Fixture::configured();
  config.presence.checkInterval = seconds{1};
  config.presence.ttl = seconds{1};
  config.presence.writeBehind = seconds{0};
  config.presence.newCallGrace = seconds{0};
  const auto storage = std::make_shared<testing::FaultyStorage>(memoryStorage());
  Messenger messenger(config, Dependencies{.storage = storage,
                                           .threads = nullptr,
                                           .presence = nullptr,
                                           .broadcaster = nullptr,
                                           .clock = nullptr,
                                           .logger = nullLogger()});
  REQUIRE_OK(messenger.threads().createPrivate(Fixture::memberOf(named("alice")),
                                               Fixture::memberOf(named("bob")), ThreadId{"pair"}));
  REQUIRE_OK(messenger.startCall(ThreadId{"pair"}, named("alice")));
  std::atomic<int> checks{0};
  storage->failIf(
      [&](const testing::StorageOperation& each) { return each.name == "silent" && ++checks == 1; },
      testing::Fault::before);
  std::promise<EndReason> ended;
  const auto ending = messenger.onCallEnded([&](const CallEnded& event) { ended.set_value(event.reason); });
  const Scheduler scheduler = messenger.host().startScheduler();
  auto reason = ended.get_future();
  REQUIRE(reason.wait_for(generous) == std::future_status::ready);
  REQUIRE(reason.get() == EndReason::inactive);
  REQUIRE(checks >= 2);
}

TEST_CASE("scheduler: destroyed inside its own task and after its Messenger -> no harm",
          "[jobs][scheduler]") {
  Fixture world;
  std::optional<Scheduler> scheduler;
  std::latch started(1);
  std::promise<void> written;
  std::atomic<bool> once{true};
  world.storage->failIf(
      [&](const testing::StorageOperation& each) {
        if (each.name == "save" && once.exchange(false)) {
          started.wait();
          scheduler.reset();
          written.set_value();
        }
        return false;
      },
      testing::Fault::before);
  scheduler.emplace(world.messenger->host().startScheduler());
  world.messenger.reset();
  started.count_down();
  REQUIRE(written.get_future().wait_for(generous) == std::future_status::ready);
  while (world.storage.use_count() > 1) std::this_thread::yield();
}

TEST_CASE("scheduler: moved and replaced -> continues and the old one stops", "[jobs][scheduler]") {
  Fixture world;
  Scheduler one = world.messenger->host().startScheduler();
  Scheduler two = std::move(one);
  one.stop();
  two = world.messenger->host().startScheduler();
  two.stop();
}

TEST_CASE("due tasks: one is running -> others can be called", "[jobs][scheduler]") {
  Fixture world;
  const Call call = world.startTeam();
  bool asked = false;
  const auto ended = world.messenger->onCallEnded([&](const CallEnded&) {
    std::thread([&] {
      world.messenger->host().flushPresence();
      world.messenger->host().runDueTasks();
    }).join();
    asked = true;
  });
  for (int i = 0; i < 7; ++i) {
    world.messenger->host().runDueTasks();
    world.clock->advance(seconds{10});
  }
  REQUIRE(asked);
  REQUIRE_FALSE(world.now(call).active());
}

TEST_CASE("due tasks: done -> return when to call next", "[jobs][scheduler]") {
  Fixture world;
  REQUIRE(world.messenger->host().runDueTasks() == seconds{15});
  world.clock->advance(seconds{10});
  REQUIRE(world.messenger->host().runDueTasks() == seconds{5});
  world.clock->advance(seconds{5});
  REQUIRE(world.messenger->host().runDueTasks() == seconds{15});
  for (int i = 0; i < 3; ++i) {
    world.clock->advance(seconds{14});
    world.messenger->host().runDueTasks();
  }
  world.clock->advance(milliseconds{2'999});
  REQUIRE(world.messenger->host().runDueTasks() == milliseconds{1});

  Config deaf = Fixture::configured();
  deaf.presence.receivesHeartbeats = false;
  const auto tool = world.another(deaf);
  REQUIRE(tool->host().runDueTasks() == minutes{1});
}

}  // namespace messenger::tests
