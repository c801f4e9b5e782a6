// Subscriptions: when listeners are called, when they are removed, and who waits for whom.
#include <atomic>
#include <latch>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "events/event_bus.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/together.hpp"

namespace messenger::inline v0::events {
namespace {

class Bus {
 public:
  EventBus bus{[this](const std::string& error) { reported.push_back(error); }};
  std::vector<std::string> reported;
};

CallStarted started(const std::string& id = "c") {
  CallStarted event;
  event.call.id = CallId{id};
  return event;
}

}  // namespace

TEST_CASE("event_bus: an event -> reaches its listeners and then those of all events", "[events][unit]") {
  Bus world;
  std::string order;
  const auto any = world.bus.subscribe<Event>([&](const Event&) { order += 'e'; });
  const auto one = world.bus.subscribe<CallStarted>([&](const CallStarted&) { order += '1'; });
  const auto other = world.bus.subscribe<CallStarted>([&](const CallStarted&) { order += '2'; });
  const auto ended = world.bus.subscribe<CallEnded>([&](const CallEnded&) { order += 'x'; });
  world.bus.emit(started());
  REQUIRE(order == "12e");
}

TEST_CASE("event_bus: an empty listener -> refused", "[events][unit]") {
  Bus world;
  REQUIRE_THROWS_AS(world.bus.subscribe<CallStarted>(nullptr), std::invalid_argument);
}

TEST_CASE("event_bus: a listener throws -> reported and the next one runs", "[events][unit]") {
  Bus world;
  int called = 0;
  const auto one =
      world.bus.subscribe<CallStarted>([](const CallStarted&) { throw std::runtime_error("no"); });
  const auto two = world.bus.subscribe<CallStarted>([](const CallStarted&) { throw 1; });
  const auto three = world.bus.subscribe<CallStarted>([&](const CallStarted&) { ++called; });
  world.bus.emit(started());
  REQUIRE(called == 1);
  REQUIRE(world.reported == std::vector<std::string>{"no", "an exception that is no std::exception"});
}

TEST_CASE("subscription: destroyed or cancelled or replaced -> its listener is not called",
          "[events][unit]") {
  Bus world;
  int called = 0;
  const auto count = [&](const CallStarted&) { ++called; };
  {
    const auto scoped = world.bus.subscribe<CallStarted>(count);
    world.bus.emit(started());
    REQUIRE(called == 1);
  }
  world.bus.emit(started());
  REQUIRE(called == 1);

  auto cancelled = world.bus.subscribe<CallStarted>(count);
  cancelled.cancel();
  cancelled.cancel();
  world.bus.emit(started());
  REQUIRE(called == 1);

  auto replaced = world.bus.subscribe<CallStarted>(count);
  replaced = world.bus.subscribe<CallStarted>(count);
  world.bus.emit(started());
  REQUIRE(called == 2);

  auto moved = std::move(replaced);
  replaced.cancel();
  world.bus.emit(started());
  REQUIRE(called == 3);
}

TEST_CASE("subscription: detached -> its listener stays", "[events][unit]") {
  Bus world;
  int called = 0;
  world.bus.subscribe<CallStarted>([&](const CallStarted&) { ++called; }).detach();
  world.bus.emit(started());
  REQUIRE(called == 1);
}

TEST_CASE("subscription: destroyed during a run -> waits for its listener", "[events]") {
  Bus world;
  std::latch inside(1);
  std::latch goOn(1);
  std::atomic<bool> finished{false};
  std::atomic<bool> gone{false};
  std::optional<Subscription> subscription = world.bus.subscribe<CallStarted>([&](const CallStarted&) {
    inside.count_down();
    goOn.wait();
    finished = true;
  });
  std::thread emitter([&] { world.bus.emit(started()); });
  inside.wait();
  std::atomic<bool> orderKept{false};
  std::latch begun(1);
  std::thread destroyer([&] {
    begun.count_down();
    subscription.reset();
    orderKept = finished.load();
    gone = true;
  });
  begun.wait();
  std::this_thread::yield();
  REQUIRE_FALSE(gone);
  goOn.count_down();
  destroyer.join();
  emitter.join();
  REQUIRE(orderKept);
}

TEST_CASE("subscription: destroyed inside its own listener -> does not wait for itself", "[events]") {
  Bus world;
  auto witness = std::make_shared<int>(0);
  std::optional<Subscription> subscription;
  // What the listener captures must outlive the run that destroys its subscription.
  subscription = world.bus.subscribe<CallStarted>([&subscription, witness](const CallStarted&) {
    subscription.reset();
    ++*witness;
  });
  world.bus.emit(started());
  world.bus.emit(started());
  REQUIRE(*witness == 1);
  REQUIRE(witness.use_count() == 1);
}

TEST_CASE("subscription: destroyed inside its listener -> waits for runs elsewhere", "[events]") {
  Bus world;
  std::latch first(1);
  std::latch goOn(1);
  std::atomic<int> finished{0};
  std::atomic<int> runs{0};
  std::optional<Subscription> subscription;
  std::atomic<bool> waited{false};
  subscription = world.bus.subscribe<CallStarted>([&](const CallStarted& event) {
    ++runs;
    if (event.call.id == CallId{"slow"}) {
      first.count_down();
      goOn.wait();
      ++finished;
      return;
    }
    subscription.reset();
    waited = finished == 1;
  });
  std::thread slow([&] { world.bus.emit(started("slow")); });
  first.wait();
  std::thread quick([&] { world.bus.emit(started("quick")); });
  while (runs < 2) std::this_thread::yield();
  goOn.count_down();
  slow.join();
  quick.join();
  REQUIRE(waited);
  world.bus.emit(started());
  REQUIRE(runs == 2);
}

TEST_CASE("subscription: a listener cancels another and subscribes -> allowed", "[events][unit]") {
  Bus world;
  int called = 0;
  std::vector<Subscription> added;
  Subscription victim;
  const auto one = world.bus.subscribe<CallStarted>([&](const CallStarted&) {
    victim.cancel();
    added.push_back(world.bus.subscribe<CallStarted>([&](const CallStarted&) { ++called; }));
  });
  victim = world.bus.subscribe<CallStarted>([&](const CallStarted&) { called += 100; });
  world.bus.emit(started());
  REQUIRE(called < 100);
  world.bus.emit(started());
  REQUIRE(called >= 1);
  REQUIRE(called < 100);
}

TEST_CASE("subscription: the bus is gone -> still valid", "[events][unit]") {
  Subscription left;
  {
    Bus world;
    left = world.bus.subscribe<CallStarted>([](const CallStarted&) {});
  }
  left.cancel();
}

TEST_CASE("event_bus: many threads emit and subscribe and cancel -> no race", "[events]") {
  Bus world;
  std::atomic<int> called{0};
  const auto steady = world.bus.subscribe<CallStarted>([&](const CallStarted&) { ++called; });
  constexpr int rounds = 200;
  tests::together(8, [&](std::size_t i) {
    for (int round = 0; round < rounds; ++round) {
      if (i % 2 == 0) {
        world.bus.emit(started());
        continue;
      }
      auto alive = std::make_shared<std::atomic<bool>>(true);
      auto brief = world.bus.subscribe<CallStarted>([alive](const CallStarted&) {
        if (!alive->load()) std::abort();
      });
      brief.cancel();
      alive->store(false);
    }
  });
  REQUIRE(called == 4 * rounds);
}

}  // namespace messenger::events
