// Effects are delivered in the order of their commits, however late they are submitted.
#include "actions/delivery.hpp"

#include <atomic>
#include <latch>
#include <optional>
#include <thread>

#include "messenger/testing/manual_clock.hpp"
#include "messenger/testing/recording_broadcaster.hpp"
#include "messenger/testing/recording_logger.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/together.hpp"

namespace messenger::inline v0::actions {
namespace {

const CallId callId{"call"};

Effects effect(const std::string& name) {
  return {Effect{Broadcast{name, {"messenger.user.a"}, "{}", callId}}};
}

class World {
 public:
  events::EventBus bus{[](const std::string&) {}};
  testing::RecordingBroadcaster broadcaster;
  testing::RecordingLogger logger;
  testing::ManualClock clock;
  Meter meter{nullptr, clock, logger};
  Delivery delivery{bus, broadcaster, logger, meter};

  [[nodiscard]] std::string delivered() const {
    std::string names;
    for (const Broadcast& each : broadcaster.all()) names += each.event;
    return names;
  }
};

}  // namespace

TEST_CASE("delivery: another change may have committed earlier -> effects wait for it",
          "[actions][delivery]") {
  World world;
  auto first = std::make_optional<Delivery::Ticket>(world.delivery, callId);
  Delivery::Ticket second(world.delivery, callId);
  second.deliver(2, effect("b"));
  REQUIRE(world.delivered().empty());
  SECTION("when it has: they come behind it") {
    first->deliver(1, effect("a"));
    REQUIRE(world.delivered() == "ab");
  }
  SECTION("when it has committed nothing: they come then") {
    first.reset();
    REQUIRE(world.delivered() == "b");
  }
  SECTION("when it has committed afterwards: they come before it") {
    first->deliver(3, effect("c"));
    REQUIRE(world.delivered() == "bc");
  }
}

TEST_CASE("delivery: another change began after the commit -> effects do not wait for it",
          "[actions][delivery]") {
  World world;
  Delivery::Ticket first(world.delivery, callId);
  auto second = std::make_optional<Delivery::Ticket>(world.delivery, callId);
  second->deliver(2, effect("b"));
  Delivery::Ticket third(world.delivery, callId);
  first.deliver(1, effect("a"));
  REQUIRE(world.delivered() == "ab");
  third.deliver(3, effect("c"));
  REQUIRE(world.delivered() == "abc");
}

TEST_CASE("delivery: a change of another call is open -> effects do not wait", "[actions][delivery]") {
  World world;
  const Delivery::Ticket open(world.delivery, callId);
  Delivery::Ticket other(world.delivery, CallId{"another"});
  other.deliver(1, effect("x"));
  REQUIRE(world.delivered() == "x");
}

TEST_CASE("delivery: many submitted in reverse order -> delivered in order", "[actions][delivery]") {
  World world;
  std::vector<std::unique_ptr<Delivery::Ticket>> tickets;
  for (int i = 0; i < 9; ++i) tickets.push_back(std::make_unique<Delivery::Ticket>(world.delivery, callId));
  for (int i = 9; i >= 1; --i) {
    tickets.at(static_cast<std::size_t>(i) - 1)->deliver(i, effect(std::to_string(i)));
  }
  REQUIRE(world.delivered() == "123456789");
}

TEST_CASE("delivery: one change with several effects -> they stay together and in order",
          "[actions][delivery]") {
  World world;
  std::string told;
  const auto listening = world.bus.subscribe<Event>([&](const Event& event) {
    told += std::holds_alternative<CallEnded>(event) ? 'E' : 'L';
    told += std::to_string(world.broadcaster.all().size());
  });
  Effects effects = effect("left.call");
  effects.emplace_back(Event{CallLeft{}});
  effects.emplace_back(effect("call.ended").front());
  effects.emplace_back(Event{CallEnded{}});
  Delivery::Ticket ticket(world.delivery, callId);
  ticket.deliver(1, std::move(effects));
  REQUIRE(told == "L1E2");
}

TEST_CASE("delivery: everything delivered -> nothing is left", "[actions][delivery]") {
  World world;
  // Numbers restart with each strand: an old number must not delay a new change.
  for (int i = 1; i <= 3; ++i) {
    Delivery::Ticket ticket(world.delivery, callId);
    ticket.deliver(i, effect(std::to_string(i)));
  }
  REQUIRE(world.delivered() == "123");
}

TEST_CASE("delivery: many threads -> each commit delivered once and in order", "[actions][delivery]") {
  World world;
  std::mutex storage;  // acts as the storage: gives revisions in the order of commits
  std::int64_t revision = 0;
  std::atomic<int> inside{0};
  std::atomic<bool> overlapped{false};
  std::vector<std::int64_t> seen;
  const auto listening = world.bus.subscribe<Event>([&](const Event& event) {
    if (inside.fetch_add(1) != 0) overlapped = true;
    seen.push_back(std::get<CallJoined>(event).call.revision);
    inside.fetch_sub(1);
  });
  constexpr int rounds = 300;
  tests::together(8, [&](std::size_t i) {
    for (int round = 0; round < rounds; ++round) {
      Delivery::Ticket ticket(world.delivery, callId);
      if ((static_cast<std::size_t>(round) + i) % 5 == 0) continue;  // refused: commits nothing
      CallJoined event;
      {
        const std::lock_guard lock(storage);
        event.call.revision = ++revision;
      }
      if (round % 3 == 0) std::this_thread::yield();
      ticket.deliver(event.call.revision, {Effect{Event{event}}});
    }
  });
  REQUIRE_FALSE(overlapped);
  REQUIRE(seen.size() == static_cast<std::size_t>(revision));
  for (std::size_t i = 0; i < seen.size(); ++i) REQUIRE(seen[i] == static_cast<std::int64_t>(i) + 1);
}

}  // namespace messenger::actions
