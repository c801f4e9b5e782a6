#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "messenger/model/call_session.hpp"
#include "messenger/model/time.hpp"

namespace messenger::inline v0::memory {

/// One of the parts that MemoryPresence divides its sessions into: an open-addressing table with linear
/// probing. Confined: its owner locks.
///
/// The cost of a heartbeat is its cache misses, so the table is built to have few. Each session has one
/// slot of one cache line, which contains the last-seen time and the texts themselves; only texts that are
/// too long are stored elsewhere. A separate array, small enough for the cache, has one tag byte for each
/// slot, which tells whether the slot can match. Sessions are found by comparing the whole texts, so two
/// of them are never confused.
///
/// A slot never moves except when the table is rebuilt (`generation`).
class PresenceShard {
 public:
  using Index = std::uint32_t;
  static constexpr Index none = 0xFFFFFFFF;

  PresenceShard() = default;
  PresenceShard(const PresenceShard&) = delete;
  PresenceShard& operator=(const PresenceShard&) = delete;
  ~PresenceShard();

  /// The slot of a tracked session, or `none`.
  [[nodiscard]] Index find(std::uint32_t hash, const CallId& call, const UserId& user,
                           const DeviceId& device) const noexcept;

  /// Prefetches the memory that `find` is likely to read. May be called without the owner's lock: it only
  /// reads the address of the table. An outdated address is harmless, because nothing is read from it.
  void prefetch(std::uint32_t hash) const noexcept;

  /// Seen at `at`. An earlier time than the stored one changes nothing.
  void see(Index slot, SteadyPoint at) noexcept {
    if (at > slots_[slot].lastSeen) slots_[slot].lastSeen = at;
  }

  [[nodiscard]] SteadyPoint lastSeen(Index slot) const noexcept { return slots_[slot].lastSeen; }

  /// Open as of this revision. An earlier one than the stored one changes nothing.
  void raise(Index slot, std::int64_t revision) noexcept {
    slots_[slot].revision = std::max(slots_[slot].revision, stored(revision));
  }

  [[nodiscard]] std::int64_t revision(Index slot) const noexcept { return slots_[slot].revision; }

  /// REQUIRES: not tracked yet. Changes nothing when it throws std::bad_alloc.
  void insert(std::uint32_t hash, const SessionKey& who, std::int64_t revision, SteadyPoint at);
  void erase(Index slot) noexcept;

  using Sizes = std::array<std::size_t, 4>;

  /// A few sessions, copied from the table. Reuses its memory when it is filled again.
  class Batch {
   public:
    Batch();
    void clear() noexcept;
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    [[nodiscard]] SteadyPoint lastSeen(std::size_t at) const noexcept { return entries_[at].lastSeen; }

    /// REQUIRES: asked for in order, from the first one on.
    [[nodiscard]] SessionKey nextKey(std::size_t at);

   private:
    friend class PresenceShard;
    struct Entry {
      SteadyPoint lastSeen;
      Sizes sizes;
    };
    static constexpr std::size_t capacity = 64;

    std::vector<Entry> entries_;
    std::string texts_;
    std::size_t read_ = 0;
  };

  /// Copies sessions seen since `threshold`, from the slot `from` on, until the batch is full or enough
  /// slots were visited. Returns the slot to continue with, or `none` at the end.
  [[nodiscard]] Index collect(Index from, SteadyPoint threshold, Batch& batch) const;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Changes whenever slots move.
  [[nodiscard]] std::uint32_t generation() const noexcept { return generation_; }
  /// How often somebody was erased; may wrap around.
  [[nodiscard]] std::uint32_t erasures() const noexcept { return erasures_; }

 private:
  /// A tag: never used, used before, or (with the top bit set) seven bits of the hash.
  using Tag = std::uint8_t;
  static constexpr Tag unused = 0;
  static constexpr Tag erased = 1;
  /// How many tags are compared at once. The first ones are repeated after the last.
  static constexpr Index group = 8;

  static constexpr std::size_t inlineSize = 44;
  static constexpr std::uint32_t isLong = 0xFFFFFFFF;

  using Texts = std::array<std::string_view, 4>;  ///< call id, user type, user id and device
  struct LongTexts {
    Sizes sizes;
    std::unique_ptr<char[]> text;
  };
  struct alignas(64) Slot {
    SteadyPoint lastSeen;
    std::uint64_t label;
    std::uint32_t revision;
    std::array<char, inlineSize> text;  ///< the texts in sequence; or a pointer to LongTexts
  };
  static_assert(sizeof(Slot) == 64);

  /// A storage bounds revisions at 2,000,000,000.
  [[nodiscard]] static std::uint32_t stored(std::int64_t revision) noexcept {
    constexpr std::int64_t most = std::numeric_limits<std::uint32_t>::max();
    return static_cast<std::uint32_t>(std::clamp(revision, std::int64_t{0}, most));
  }

  /// Compared before the texts: the hash and the sizes of the texts. Texts that are too long for a slot have
  /// `isLong` as sizes.
  [[nodiscard]] static std::uint64_t labelOf(std::uint32_t hash, const Texts& texts) noexcept {
    const std::size_t total = texts[0].size() + texts[1].size() + texts[2].size() + texts[3].size();
    if (total > inlineSize) return std::uint64_t{hash} << 32U | isLong;
    return std::uint64_t{hash} << 32U | texts[0].size() << 24U | texts[1].size() << 16U |
           texts[2].size() << 8U | texts[3].size();
  }
  [[nodiscard]] static std::uint32_t hashIn(const Slot& slot) noexcept {
    return static_cast<std::uint32_t>(slot.label >> 32U);
  }
  [[nodiscard]] static Sizes sizesIn(const Slot& slot) noexcept {
    return {slot.label >> 24U & 0xFFU, slot.label >> 16U & 0xFFU, slot.label >> 8U & 0xFFU,
            slot.label & 0xFFU};
  }

  [[nodiscard]] static Texts textsOf(const CallId& call, const UserId& user,
                                     const DeviceId& device) noexcept {
    return {call.value(), user.type, user.id, device.value()};
  }
  [[nodiscard]] static LongTexts* longTexts(const Slot& slot) noexcept;
  [[nodiscard]] static bool matchesLong(const Slot& slot, const Texts& texts) noexcept;
  static void write(Slot& slot, std::uint32_t hash, const Texts& texts);

  [[nodiscard]] static Tag tagOf(std::uint32_t hash) noexcept {
    return static_cast<Tag>(0x80U | (hash & 0x7FU));
  }
  [[nodiscard]] static Index homeOf(std::uint32_t hash, Index capacity) noexcept {
    return static_cast<Index>((std::uint64_t{hash} * capacity) >> 32U);
  }
  static Index firstFree(const Tag* tags, std::uint32_t hash, Index capacity) noexcept;
  static void setTag(Tag* tags, Index capacity, Index slot, Tag tag) noexcept;
  void rebuild(Index capacity);
  void makeRoom();

  // The fields that a heartbeat reads come first: with the owner's mutex they fill one cache line.
  std::unique_ptr<Slot[]> slots_;
  std::unique_ptr<Tag[]> tags_;
  Index capacity_ = 0;
  Index size_ = 0;
  Index filled_ = 0;  ///< used now or before
  std::uint32_t generation_ = 0;
  std::uint32_t erasures_ = 0;

  // For `prefetch`: the same as above, but not guarded.
  std::atomic<std::uintptr_t> slotsAt_ = 0;
  std::atomic<std::uintptr_t> tagsAt_ = 0;
  std::atomic<Index> capacityAt_ = 0;
};

}  // namespace messenger::memory
