#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "messenger/contracts/presence.hpp"
#include "messenger/model/call_participant.hpp"

namespace messenger::bench {

/// Participants, four to a call, and an order without a pattern in which they are heard.
struct Crowd {
  explicit Crowd(std::size_t count);

  std::vector<InCallKey> keys;
  std::vector<std::uint32_t> order;
};

/// The floor: sixty-four hash tables of the standard library with a mutex each, that find a key and store a
/// time with it.
class ShardedTable {
 public:
  void put(const InCallKey& key, SteadyPoint at);

  /// False when the key is not known.
  bool touch(const InCallKey& key, SteadyPoint at);

 private:
  struct alignas(64) Shard {
    std::mutex mutex;
    std::unordered_map<InCallKey, SteadyPoint> heard;
  };

  Shard& shardOf(const InCallKey& key);

  std::array<Shard, 64> shards_;
};

/// Hears the next `count` in the crowd's order, from `*cursor` on: each of several threads a part of them.
void hearNext(const Crowd& crowd, std::size_t count, std::size_t threads, std::size_t* cursor,
              const std::function<void(std::size_t from, std::size_t to)>& part);

}  // namespace messenger::bench
