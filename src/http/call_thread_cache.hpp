#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "messenger/model/ids.hpp"
#include "support/mutex.hpp"

namespace messenger::inline v0::http {

/// Remembers which thread a call is in. This never changes, so no entry becomes outdated. Keeps about
/// `capacity` calls at most, the recently used ones. Thread-safe.
class CallThreadCache {
 public:
  explicit CallThreadCache(std::size_t capacity) noexcept;

  enum class Answer { unknown, sameThread, otherThread };

  /// Allocates nothing for a recently used call.
  [[nodiscard]] Answer find(std::string_view call, std::string_view thread);

  void remember(const CallId& call, const ThreadId& thread);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Threads = std::unordered_map<std::string, std::string, Hash, std::equal_to<>>;

  /// Two generations: when the young one is full it becomes the old one, and the previous old one is dropped.
  /// A call that is found in the old one moves to the young one.
  struct Shard {
    support::Mutex mutex;
    Threads young MESSENGER_GUARDED_BY(mutex);
    Threads old MESSENGER_GUARDED_BY(mutex);
  };

  Shard& shardOf(std::string_view call) noexcept;
  void makeRoom(Shard& shard) const MESSENGER_REQUIRES(shard.mutex);

  static constexpr std::size_t shardCount = 16;
  std::size_t generation_;  ///< how many calls one generation of a shard keeps
  std::array<Shard, shardCount> shards_;
};

}  // namespace messenger::http
