#include <atomic>
#include <cstdlib>
#include <new>
#include <string>
#include <thread>
#include <unordered_set>

#include "messenger/adapters/memory.hpp"
#include "tests/support/catch.hpp"

namespace {

std::atomic<std::size_t> allocations{0};

}  // namespace

// Counts allocations, to show that there are none.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) {
  ++allocations;
  const auto unit = static_cast<std::size_t>(alignment);
  if (void* memory = std::aligned_alloc(unit, (size + unit - 1) / unit * unit)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return std::malloc(size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

namespace messenger {
namespace {

using std::chrono::seconds;

SteadyPoint after(Duration passed) {
  return SteadyPoint{std::chrono::hours{1}} + passed;
}

TEST_CASE("memory presence: heartbeat of a tracked participant -> no allocation",
          "[adapters][memory][unit]") {
  const auto presence = memoryPresence();
  const CallId call{std::string(26, 'c')};
  const UserId user{"a kind of account with a long name", std::string(200, 'u')};
  presence->track({call, user}, 1, after(seconds{0}));
  const UserId stranger{"user", "stranger"};

  const std::size_t before = allocations;
  bool tracked = true;
  for (int i = 1; i <= 100; ++i) tracked = presence->touch(call, user, {}, after(seconds{i})) && tracked;
  const bool trackedStranger = presence->touch(call, stranger, {}, after(seconds{101}));
  const std::size_t after100 = allocations;

  REQUIRE(tracked);
  REQUIRE_FALSE(trackedStranger);
  REQUIRE(after100 == before);
}

TEST_CASE("memory presence: last seen in the future -> an age of zero", "[adapters][memory][unit]") {
  const auto presence = memoryPresence();
  const SessionKey who{CallId{"call"}, UserId{"user", "alice"}};
  presence->track(who, 1, after(seconds{10}));
  REQUIRE(presence->sinceLastSeen(who, after(seconds{5})) == Duration::zero());
  const auto seen = presence->seenWithin(Duration::zero(), after(seconds{5}));
  REQUIRE(seen.size() == 1);
  REQUIRE(seen[0].ago == Duration::zero());
}

TEST_CASE("memory presence: any duration -> accepted", "[adapters][memory][unit]") {
  const auto presence = memoryPresence();
  presence->track({CallId{"call"}, UserId{"user", "alice"}}, 1, after(seconds{0}));
  const SteadyPoint now = after(seconds{60});
  REQUIRE(presence->seenWithin(Duration{-1}, now).empty());
  REQUIRE(presence->seenWithin(Duration::max(), now).size() == 1);
}

TEST_CASE("memory presence: reading while the table grows -> nobody missing and nobody twice",
          "[adapters][memory][unit]") {
  constexpr int stay = 20'000;
  const auto presence = memoryPresence();
  const auto key = [](const char* kind, int n) {
    return SessionKey{CallId{"call-" + std::to_string(n)}, UserId{kind, "user"}};
  };
  for (int n = 0; n < stay; ++n) presence->track(key("stays", n), 1, after(seconds{0}));

  std::atomic<bool> done{false};
  std::thread others([&] {
    for (int n = 0; n < 3 * stay; ++n) {
      presence->track(key("comes", n), 1, after(seconds{0}));
      if (n % 2 == 0) presence->untrack(key("comes", n / 2), 1);
      if (n % 3 == 0) presence->track(key("comes", n / 2), 1, after(seconds{0}));
    }
    done = true;
  });
  bool complete = true;
  bool once = true;
  do {
    std::unordered_set<SessionKey> seen;
    int stayed = 0;
    for (const LastSeen& each : presence->seenWithin(seconds{1}, after(seconds{0}))) {
      once = seen.insert(each.who).second && once;
      if (each.who.user.type == "stays") ++stayed;
    }
    complete = complete && stayed == stay;
  } while (!done);
  others.join();
  REQUIRE(complete);
  REQUIRE(once);
}

}  // namespace
}  // namespace messenger
