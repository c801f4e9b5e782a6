#include "adapters/memory/presence_shard.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

namespace messenger::memory {
namespace {

using Index = PresenceShard::Index;

SteadyPoint at(std::int64_t nanoseconds) {
  return SteadyPoint{std::chrono::nanoseconds{nanoseconds}};
}

const UserId alice{"user", "alice"};

std::vector<std::string> order(const PresenceShard& shard) {
  std::vector<std::string> calls;
  for (Index slot = shard.first(); slot != PresenceShard::none; slot = shard.next(slot)) {
    calls.push_back(shard.key(slot).call.value());
  }
  std::vector<std::string> backwards;
  for (Index slot = shard.last(); slot != PresenceShard::none; slot = shard.previous(slot)) {
    backwards.push_back(shard.key(slot).call.value());
  }
  std::reverse(backwards.begin(), backwards.end());
  REQUIRE(calls == backwards);
  REQUIRE(calls.size() == shard.size());
  return calls;
}

TEST_CASE("presence shard: lists by when each was last heard", "[adapters][memory][unit]") {
  PresenceShard shard;
  shard.insert(1, CallId{"a"}, alice, at(10));
  shard.insert(2, CallId{"b"}, alice, at(20));
  shard.insert(3, CallId{"c"}, alice, at(30));
  REQUIRE(order(shard) == std::vector<std::string>{"a", "b", "c"});

  SECTION("when one is heard, it goes to the end") {
    shard.hear(shard.find(1, CallId{"a"}, alice), at(40));
    REQUIRE(order(shard) == std::vector<std::string>{"b", "c", "a"});
  }
  SECTION("when a thread comes late with its moment, it finds its place") {
    shard.hear(shard.find(1, CallId{"a"}, alice), at(25));
    REQUIRE(order(shard) == std::vector<std::string>{"b", "a", "c"});
    shard.insert(4, CallId{"d"}, alice, at(5));
    REQUIRE(order(shard) == std::vector<std::string>{"d", "b", "a", "c"});
  }
  SECTION("when a moment lies before the one known, nothing changes") {
    shard.hear(shard.find(2, CallId{"b"}, alice), at(15));
    REQUIRE(shard.heardAt(shard.find(2, CallId{"b"}, alice)) == at(20));
    REQUIRE(order(shard) == std::vector<std::string>{"a", "b", "c"});
  }
  SECTION("when one is erased, the others stay in order and its slot is used again") {
    const Index slot = shard.find(2, CallId{"b"}, alice);
    shard.erase(slot);
    REQUIRE_FALSE(shard.isUsed(slot));
    REQUIRE(shard.find(2, CallId{"b"}, alice) == PresenceShard::none);
    REQUIRE(order(shard) == std::vector<std::string>{"a", "c"});
    shard.insert(5, CallId{"e"}, alice, at(50));
    REQUIRE(shard.find(5, CallId{"e"}, alice) == slot);
    REQUIRE(order(shard) == std::vector<std::string>{"a", "c", "e"});
  }
}

TEST_CASE("presence shard: tells apart keys that collide", "[adapters][memory][unit]") {
  PresenceShard shard;
  const std::vector<InCallKey> keys{{CallId{"ab"}, {"c", "d"}}, {CallId{"a"}, {"bc", "d"}},
                                    {CallId{"a"}, {"b", "cd"}}, {CallId{"a"}, {"xy", "d"}},
                                    {CallId{"x"}, {"bc", "d"}}, {CallId{"a"}, {"bc", "x"}}};
  for (const InCallKey& key : keys) {
    REQUIRE(shard.find(7, key.call, key.user) == PresenceShard::none);
    shard.insert(7, key.call, key.user, at(1));
  }
  for (const InCallKey& key : keys) REQUIRE(shard.key(shard.find(7, key.call, key.user)) == key);
}

/// Hashes that crowd together and wrap around the table, so that every way of closing a gap occurs.
TEST_CASE("presence shard: behaves as a map and a sorted list do, through thousands of changes",
          "[adapters][memory][unit]") {
  PresenceShard shard;
  std::map<int, std::int64_t> model;
  std::mt19937 random{42};
  const auto hashOf = [](int key) { return static_cast<std::uint64_t>(key % 5 == 0 ? 14 + key % 3 : key); };
  const auto callOf = [](int key) { return CallId{"call-" + std::to_string(key)}; };
  for (std::int64_t step = 1; step <= 20'000; ++step) {
    const int key = static_cast<int>(random() % 200);
    const Index slot = shard.find(hashOf(key), callOf(key), alice);
    REQUIRE((slot != PresenceShard::none) == model.contains(key));
    if (slot == PresenceShard::none) {
      shard.insert(hashOf(key), callOf(key), alice, at(step));
      model[key] = step;
    } else if (random() % 2 == 0) {
      shard.erase(slot);
      model.erase(key);
    } else {
      const std::int64_t moment = step - static_cast<std::int64_t>(random() % 8);
      shard.hear(slot, at(moment));
      model[key] = std::max(model[key], moment);
    }
  }
  REQUIRE(order(shard).size() == model.size());
  for (const auto& [key, moment] : model) {
    const Index slot = shard.find(hashOf(key), callOf(key), alice);
    REQUIRE(slot != PresenceShard::none);
    REQUIRE(shard.heardAt(slot) == at(moment));
    if (shard.next(slot) != PresenceShard::none) REQUIRE(shard.heardAt(shard.next(slot)) >= at(moment));
  }
}

}  // namespace
}  // namespace messenger::memory
