#include "bench/heartbeat/crowd.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <thread>

namespace messenger::bench {

Crowd::Crowd(std::size_t count) {
  constexpr std::size_t perCall = 4;
  keys.reserve(count);
  for (std::size_t n = 0; n < count; ++n) {
    keys.push_back(
        {CallId{fmt::format("01JH{:022}", n / perCall)}, UserId{"user", fmt::format("{}", 1'000'000 + n)}});
  }
  order.resize(count);
  std::iota(order.begin(), order.end(), std::uint32_t{0});
  std::shuffle(order.begin(), order.end(),
               std::mt19937{20260101});  // NOLINT(*-msc51-cpp): the same each time
}

ShardedTable::Shard& ShardedTable::shardOf(const InCallKey& key) {
  return shards_[std::hash<InCallKey>{}(key) % shards_.size()];
}

void ShardedTable::put(const InCallKey& key, SteadyPoint at) {
  Shard& shard = shardOf(key);
  const std::lock_guard lock(shard.mutex);
  shard.heard[key] = at;
}

bool ShardedTable::touch(const InCallKey& key, SteadyPoint at) {
  Shard& shard = shardOf(key);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.heard.find(key);
  if (found == shard.heard.end()) return false;
  found->second = at;
  return true;
}

void hearNext(const Crowd& crowd, std::size_t count, std::size_t threads, std::size_t* cursor,
              const std::function<void(std::size_t, std::size_t)>& part) {
  if (*cursor + count > crowd.order.size()) *cursor = 0;
  const std::size_t first = *cursor;
  *cursor += count;
  const std::size_t each = count / threads;
  std::vector<std::thread> others;
  for (std::size_t n = 1; n < threads; ++n) {
    others.emplace_back(
        [&, n] { part(first + n * each, n + 1 == threads ? first + count : first + (n + 1) * each); });
  }
  part(first, threads == 1 ? first + count : first + each);
  for (std::thread& other : others) other.join();
}

}  // namespace messenger::bench
