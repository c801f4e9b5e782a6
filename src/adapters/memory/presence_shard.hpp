#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "messenger/model/call_participant.hpp"
#include "messenger/model/time.hpp"

namespace messenger::memory {

/// One of the parts that MemoryPresence divides its participants into: an open-addressing table over slots,
/// and a list through the slots in the order of last being heard. Slots and list speak in 32-bit indexes, so
/// that a heartbeat moves somebody to the end of the list without allocating. Confined: its owner locks.
///
/// A slot's key and its place in the list lie in different arrays: a move touches two neighbours, and four
/// places of the list share a cache line.
class PresenceShard {
 public:
  using Index = std::uint32_t;
  static constexpr Index none = 0xFFFFFFFF;

  PresenceShard();

  /// The slot of somebody known, or `none`.
  [[nodiscard]] Index find(std::uint64_t hash, const CallId& call, const UserId& user) const noexcept;

  /// Heard at `at`. An earlier time than the one known changes nothing.
  void hear(Index slot, SteadyPoint at) noexcept;

  /// REQUIRES: not known yet.
  void insert(std::uint64_t hash, const CallId& call, const UserId& user, SteadyPoint at);
  void erase(Index slot) noexcept;

  [[nodiscard]] SteadyPoint heardAt(Index slot) const noexcept { return places_[slot].heardAt; }
  [[nodiscard]] InCallKey key(Index slot) const;
  [[nodiscard]] bool isUsed(Index slot) const noexcept {
    return slot < keys_.size() && keys_[slot].callSize != unused;
  }

  // The list: from the one silent for longest to the one heard last.
  [[nodiscard]] Index first() const noexcept { return first_; }
  [[nodiscard]] Index last() const noexcept { return last_; }
  [[nodiscard]] Index next(Index slot) const noexcept { return places_[slot].next; }
  [[nodiscard]] Index previous(Index slot) const noexcept { return places_[slot].previous; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  static constexpr std::uint32_t unused = 0xFFFFFFFF;

  struct Key {
    std::string text;  ///< call id, user type and user id, one behind the other
    std::uint32_t callSize = unused;
    std::uint32_t typeSize = 0;
    std::uint32_t hash = 0;
  };
  struct Place {
    SteadyPoint heardAt;
    Index previous = none;
    Index next = none;  ///< of a free slot: the next free one
  };
  struct Entry {
    std::uint32_t hash = 0;
    Index slot = none;
  };

  [[nodiscard]] bool matches(const Key& key, const CallId& call, const UserId& user) const noexcept;
  void unlink(Index slot) noexcept;
  void link(Index slot) noexcept;
  [[nodiscard]] Index takeSlot();
  void addEntry(std::uint32_t hash, Index slot) noexcept;
  void removeEntry(Index slot) noexcept;
  void grow();

  std::vector<Entry> table_;  ///< a power of two, at most three quarters full, linear probing
  std::vector<Key> keys_;
  std::vector<Place> places_;
  std::size_t size_ = 0;
  Index free_ = none;
  Index first_ = none;
  Index last_ = none;
};

}  // namespace messenger::memory
