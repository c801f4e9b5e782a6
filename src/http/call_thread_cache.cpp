#include "http/call_thread_cache.hpp"

#include <algorithm>
#include <utility>

namespace messenger::inline v0::http {

CallThreadCache::CallThreadCache(std::size_t capacity) noexcept
    : generation_(std::max<std::size_t>(1, capacity / (2 * shardCount))) {}

CallThreadCache::Answer CallThreadCache::find(std::string_view call, std::string_view thread) {
  Shard& shard = shardOf(call);
  const support::Lock lock{shard.mutex};
  auto found = shard.young.find(call);
  if (found == shard.young.end()) {
    const auto aged = shard.old.find(call);
    if (aged == shard.old.end()) return Answer::unknown;
    auto node = shard.old.extract(aged);
    makeRoom(shard);
    found = shard.young.insert(std::move(node)).position;
  }
  return found->second == thread ? Answer::sameThread : Answer::otherThread;
}

void CallThreadCache::remember(const CallId& call, const ThreadId& thread) {
  Shard& shard = shardOf(call.value());
  const support::Lock lock{shard.mutex};
  makeRoom(shard);
  shard.young.insert_or_assign(call.value(), thread.value());
}

CallThreadCache::Shard& CallThreadCache::shardOf(std::string_view call) noexcept {
  // The low bits choose the bucket within a shard, so other bits choose the shard.
  return shards_.at((Hash{}(call) >> 24U) % shardCount);
}

void CallThreadCache::makeRoom(Shard& shard) const {
  if (shard.young.size() < generation_) return;
  shard.old = std::exchange(shard.young, {});
}

}  // namespace messenger::http
