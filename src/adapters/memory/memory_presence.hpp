#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "adapters/memory/presence_shard.hpp"
#include "messenger/contracts/presence.hpp"
#include "support/mutex.hpp"

namespace messenger::memory {

/// Presence in this process, in 64 parts with a lock each. Ages are measured by the steady clock.
/// Thread-safe.
class MemoryPresence final : public Presence {
 public:
  bool touch(const CallId& call, const UserId& user, const Moment& now) override;
  void admit(const InCallKey& who, const Moment& now) override;
  void forget(const InCallKey& who) override;
  [[nodiscard]] std::optional<Duration> silence(const InCallKey& who, const Moment& now) const override;
  [[nodiscard]] std::vector<Heard> heardWithin(Duration atMost, const Moment& now) const override;

 private:
  static constexpr std::size_t shardCount = 64;

  /// On cache lines of its own, so that neighbours do not slow each other down.
  struct alignas(64) Part {
    mutable support::Mutex mutex;
    PresenceShard shard GUARDED_BY(mutex);
  };

  [[nodiscard]] Part& partOf(std::uint64_t hash) noexcept { return parts_[hash >> 58U]; }
  [[nodiscard]] const Part& partOf(std::uint64_t hash) const noexcept { return parts_[hash >> 58U]; }

  std::array<Part, shardCount> parts_;
};

}  // namespace messenger::memory
