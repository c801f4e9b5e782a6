#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

#include "actions/delivery.hpp"
#include "messenger/adapters/defaults.hpp"
#include "tests/support/catch.hpp"

namespace {

std::atomic<long> held{0};

void* take(std::size_t size) noexcept {
  void* memory = std::malloc(size);
  if (memory != nullptr) ++held;
  return memory;
}

void giveBack(void* memory) noexcept {
  if (memory != nullptr) --held;
  std::free(memory);
}

}  // namespace

// Counts allocations, to show what is kept.
void* operator new(std::size_t size) {
  if (void* memory = take(size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return take(size);
}
void operator delete(void* memory) noexcept {
  giveBack(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  giveBack(memory);
}

namespace messenger::inline v0::actions {

TEST_CASE("delivery: all effects of a call delivered -> no memory is kept for it", "[actions][delivery]") {
  events::EventBus bus{[](const std::string&) {}};
  const auto broadcaster = nullBroadcaster();
  const auto logger = nullLogger();
  const auto clock = systemClock();
  Meter meter(nullptr, *clock, *logger);
  Delivery delivery(bus, *broadcaster, *logger, meter);
  const auto callsCome = [&](int from) {
    for (int i = from; i < from + 500; ++i) {
      const CallId call{"a call with a long id, number " + std::to_string(i)};
      Delivery::Ticket given(delivery, call);
      const Delivery::Ticket unused(delivery, call);
      given.deliver(1, {Effect{Broadcast{"call.ended", {"messenger.user.a"}, "{}", call}}});
    }
  };
  callsCome(0);
  const long before = held;
  callsCome(500);
  const long after = held;
  REQUIRE(after == before);
}

}  // namespace messenger::actions
