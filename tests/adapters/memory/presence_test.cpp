#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

#include "messenger/adapters/memory.hpp"
#include "tests/support/catch.hpp"

namespace {

std::atomic<std::size_t> allocations{0};

}  // namespace

// Counted here, so that what must not allocate is seen not to.
void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return std::malloc(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace messenger {
namespace {

using std::chrono::seconds;

Moment after(Duration passed) {
  return {TimePoint{passed}, SteadyPoint{std::chrono::hours{1}} + passed};
}

TEST_CASE("memory presence: a heartbeat of somebody known allocates nothing", "[adapters][memory][unit]") {
  const auto presence = memoryPresence();
  const CallId call{std::string(26, 'c')};
  const UserId user{"a kind of account with a long name", std::string(200, 'u')};
  presence->admit({call, user}, after(seconds{0}));
  const UserId stranger{"user", "stranger"};

  const std::size_t before = allocations;
  bool known = true;
  for (int i = 1; i <= 100; ++i) known = presence->touch(call, user, after(seconds{i})) && known;
  const bool knownStranger = presence->touch(call, stranger, after(seconds{101}));
  const std::size_t after100 = allocations;

  REQUIRE(known);
  REQUIRE_FALSE(knownStranger);
  REQUIRE(after100 == before);
}

TEST_CASE("memory presence: goes by the steady clock", "[adapters][memory][unit]") {
  const auto presence = memoryPresence();
  const InCallKey who{CallId{"call"}, UserId{"user", "alice"}};
  presence->admit(who, after(seconds{0}));
  Moment jumped = after(seconds{10});
  jumped.wall += std::chrono::hours{5};
  REQUIRE(presence->silence(who, jumped) == Duration{seconds{10}});
  REQUIRE(presence->heardWithin(seconds{10}, jumped).size() == 1);
}

TEST_CASE("memory presence: nobody is silent for less than no time", "[adapters][memory][unit]") {
  const auto presence = memoryPresence();
  const InCallKey who{CallId{"call"}, UserId{"user", "alice"}};
  presence->admit(who, after(seconds{10}));
  REQUIRE(presence->silence(who, after(seconds{5})) == Duration::zero());
  const auto heard = presence->heardWithin(Duration::zero(), after(seconds{5}));
  REQUIRE(heard.size() == 1);
  REQUIRE(heard[0].ago == Duration::zero());
}

TEST_CASE("memory presence: takes any length of time", "[adapters][memory][unit]") {
  const auto presence = memoryPresence();
  presence->admit({CallId{"call"}, UserId{"user", "alice"}}, after(seconds{0}));
  const Moment now = after(seconds{60});
  REQUIRE(presence->heardWithin(Duration{-1}, now).empty());
  REQUIRE(presence->heardWithin(Duration::max(), now).size() == 1);
}

}  // namespace
}  // namespace messenger
