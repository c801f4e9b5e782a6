#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "messenger/model/ids.hpp"
#include "support/mutex.hpp"

namespace messenger::http {

/// Remembers which thread a call is in: a fact that never changes, so nothing here goes stale. Holds at most
/// about `capacity` calls; those asked for lately stay. Thread-safe.
class CallThreadCache {
 public:
  explicit CallThreadCache(std::size_t capacity) noexcept;

  enum class Answer { unknown, sameThread, otherThread };

  /// Allocates nothing for a call that was asked for lately.
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

  /// Two generations: when the young one is full it becomes the old one, and what was old is forgotten. What
  /// is found among the old is moved to the young.
  struct Shard {
    support::Mutex mutex;
    Threads young GUARDED_BY(mutex);
    Threads old GUARDED_BY(mutex);
  };

  Shard& shardOf(std::string_view call) noexcept;
  void makeRoom(Shard& shard) const REQUIRES(shard.mutex);

  static constexpr std::size_t shardCount = 16;
  std::size_t generation_;  ///< how many calls a generation of a shard holds
  std::array<Shard, shardCount> shards_;
};

}  // namespace messenger::http
