#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "adapters/memory/presence_shard.hpp"
#include "messenger/contracts/presence.hpp"
#include "support/mutex.hpp"

namespace messenger::inline v0::memory {

/// Presence in this process, in 256 parts with a lock each. No lock is held for long: a part grows by itself,
/// and `seenWithin` copies a few participants at a time. Thread-safe.
class MemoryPresence final : public Presence {
 public:
  MemoryPresence();

  bool touch(const CallId& call, const UserId& user, const DeviceId& device, SteadyPoint now) override;
  Touched touchNow(const CallId& call, const UserId& user, const DeviceId& device,
                   const Clock& clock) override;
  void track(const SessionKey& who, std::int64_t revision, SteadyPoint now) override;
  void untrack(const SessionKey& who, std::int64_t revision) override;
  [[nodiscard]] std::optional<Duration> sinceLastSeen(const SessionKey& who, SteadyPoint now) const override;
  [[nodiscard]] std::vector<LastSeen> seenWithin(Duration atMost, SteadyPoint now) const override;

 private:
  static constexpr std::size_t partCount = 256;

  /// On its own cache lines, so that neighbours do not slow each other down.
  struct alignas(64) Part {
    mutable support::Mutex mutex;
    PresenceShard shard MESSENGER_GUARDED_BY(mutex);
  };

  [[nodiscard]] std::uint64_t hashOf(const CallId& call, const UserId& user,
                                     const DeviceId& device) const noexcept;
  [[nodiscard]] std::uint64_t hashOf(const SessionKey& who) const noexcept {
    return hashOf(who.call, who.user, who.device);
  }
  [[nodiscard]] Part& partOf(std::uint64_t hash) noexcept { return parts_[hash >> 56U]; }
  [[nodiscard]] const Part& partOf(std::uint64_t hash) const noexcept { return parts_[hash >> 56U]; }
  /// `readClock()` gives the time; called while the memory is being fetched, with no lock held.
  template <class ReadClock>
  Touched touchAt(const CallId& call, const UserId& user, const DeviceId& device, ReadClock&& readClock);
  static void prefetch(const Part& part, std::uint32_t hash) noexcept MESSENGER_NO_THREAD_SAFETY_ANALYSIS;
  static void appendSeen(const Part& part, SteadyPoint threshold, SteadyPoint now, std::vector<LastSeen>& to);

  /// Random, so that nobody outside can choose ids that collide.
  std::uint64_t seed_;
  std::array<Part, partCount> parts_;
};

}  // namespace messenger::memory
