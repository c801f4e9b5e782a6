#include "adapters/memory/presence_shard.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

namespace messenger::inline v0::memory {
namespace {

using Index = PresenceShard::Index;

SteadyPoint at(std::int64_t nanoseconds) {
  return SteadyPoint{std::chrono::nanoseconds{nanoseconds}};
}

const UserId alice{"user", "alice"};

/// All seen since `threshold`, by the call's id.
std::map<std::string, SteadyPoint> collected(const PresenceShard& shard, SteadyPoint threshold) {
  std::map<std::string, SteadyPoint> all;
  PresenceShard::Batch batch;
  for (Index next = 0; next != PresenceShard::none;) {
    batch.clear();
    next = shard.collect(next, threshold, batch);
    for (std::size_t n = 0; n < batch.size(); ++n) {
      REQUIRE(all.emplace(batch.nextKey(n).call.value(), batch.lastSeen(n)).second);
    }
  }
  return all;
}

TEST_CASE("presence shard: an earlier time -> the later one stays", "[adapters][memory][unit]") {
  PresenceShard shard;
  shard.insert(1, {CallId{"a"}, alice}, 1, at(10));
  const Index slot = shard.find(1, CallId{"a"}, alice, {});
  shard.see(slot, at(5));
  REQUIRE(shard.lastSeen(slot) == at(10));
  shard.see(slot, at(20));
  REQUIRE(shard.lastSeen(slot) == at(20));
}

TEST_CASE("presence shard: keys that collide -> distinguished", "[adapters][memory][unit]") {
  PresenceShard shard;
  const std::string tail(60, 'z');
  const std::vector<SessionKey> keys{
      {CallId{"ab"}, {"c", "d"}}, {CallId{"a"}, {"bc", "d"}},       {CallId{"a"}, {"b", "cd"}},
      {CallId{"a"}, {"xy", "d"}}, {CallId{"x"}, {"bc", "d"}},       {CallId{"a"}, {"bc", "x"}},
      {CallId{""}, {"", ""}},     {CallId{"a" + tail}, {"b", "c"}}, {CallId{"a"}, {"b" + tail, "c"}},
      {CallId{"a"}, {"b", tail}}, {CallId{"x" + tail}, {"b", "c"}}, {CallId{"a"}, {"b", "x" + tail}},
  };
  for (const SessionKey& key : keys) {
    REQUIRE(shard.find(7, key.call, key.user, key.device) == PresenceShard::none);
    shard.insert(7, key, 1, at(1));
  }
  std::vector<SessionKey> found;
  PresenceShard::Batch batch;
  REQUIRE(shard.collect(0, at(1), batch) == PresenceShard::none);
  for (std::size_t n = 0; n < batch.size(); ++n) found.push_back(batch.nextKey(n));
  REQUIRE(std::is_permutation(found.begin(), found.end(), keys.begin(), keys.end()));
  for (const SessionKey& key : keys) shard.erase(shard.find(7, key.call, key.user, key.device));
  REQUIRE(shard.size() == 0);
}

TEST_CASE("presence shard: more than one batch -> collected in several and each once",
          "[adapters][memory][unit]") {
  PresenceShard shard;
  constexpr int count = 1000;
  for (int n = 0; n < count; ++n) {
    shard.insert(static_cast<std::uint32_t>(n) * 0x9E3779B9U, {CallId{std::to_string(n)}, alice}, 1, at(n));
  }
  REQUIRE(collected(shard, at(0)).size() == count);
  REQUIRE(collected(shard, at(600)).size() == 400);
  REQUIRE(collected(shard, at(count)).empty());
}

TEST_CASE("presence shard: slots move -> generation changes", "[adapters][memory][unit]") {
  PresenceShard shard;
  shard.insert(1, {CallId{"first"}, alice}, 1, at(1));
  const Index slot = shard.find(1, CallId{"first"}, alice, {});
  const std::uint32_t before = shard.generation();
  for (int n = 0; shard.generation() == before; ++n) {
    REQUIRE(shard.find(1, CallId{"first"}, alice, {}) == slot);
    REQUIRE(n < 100);
    shard.insert(static_cast<std::uint32_t>(n) << 24U, {CallId{std::to_string(n)}, alice}, 1, at(1));
  }
  REQUIRE(shard.find(1, CallId{"first"}, alice, {}) != PresenceShard::none);
}

/// Hashes that crowd together and wrap around the table, and texts that do and do not fit a slot.
TEST_CASE("presence shard: thousands of changes -> the same as a map", "[adapters][memory][unit]") {
  PresenceShard shard;
  std::map<int, std::int64_t> model;
  std::mt19937 random{42};
  const auto hashOf = [](int key) {
    return key % 5 == 0 ? 0xFFFFFFF0U + static_cast<std::uint32_t>(key % 3)
                        : static_cast<std::uint32_t>(key) * 0x01000193U;
  };
  const auto callOf = [](int key) {
    return CallId{std::string(key % 7 == 0 ? 50U : 5U, 'c') + std::to_string(key)};
  };
  for (std::int64_t step = 1; step <= 50'000; ++step) {
    // Now and then the crowd is small, so that slots are erased and used again.
    const int key = static_cast<int>(random() % (step % 10'000 < 5'000 ? 400 : 40));
    const Index slot = shard.find(hashOf(key), callOf(key), alice, {});
    REQUIRE((slot != PresenceShard::none) == model.contains(key));
    if (slot == PresenceShard::none) {
      shard.insert(hashOf(key), {callOf(key), alice}, 1, at(step));
      model[key] = step;
    } else if (random() % 2 == 0) {
      shard.erase(slot);
      model.erase(key);
    } else {
      const std::int64_t moment = step - static_cast<std::int64_t>(random() % 8);
      shard.see(slot, at(moment));
      model[key] = std::max(model[key], moment);
    }
    REQUIRE(shard.size() == model.size());
  }
  std::map<std::string, SteadyPoint> expected;
  for (const auto& [key, moment] : model) expected[callOf(key).value()] = at(moment);
  REQUIRE(collected(shard, at(0)) == expected);
}

}  // namespace
}  // namespace messenger::memory
