#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "messenger/contracts/presence.hpp"
#include "messenger/model/call_session.hpp"

namespace messenger::bench {

/// A participant as the floor knows them: two numbers.
struct SmallKey {
  std::uint64_t call = 0;
  std::uint64_t user = 0;

  friend bool operator==(const SmallKey&, const SmallKey&) = default;
};

/// Participants, four to a call, in the order in which their heartbeats arrive, which has no pattern. They
/// lie in memory in this order, for ours and for the floor: a server has just read a heartbeat's texts from a
/// connection, so that they are in the cache.
struct Crowd {
  explicit Crowd(std::size_t count);

  std::vector<SessionKey> keys;
  std::vector<SmallKey> smallKeys;  ///< the same participants
};

/// The floor: open addressing with linear probing over slots of 24 bytes, a key and a time, at most half
/// full; in 256 parts with a mutex each. Made for a number of participants that is known, it never grows; it
/// cannot remove anybody either.
class SmallKeyTable {
 public:
  explicit SmallKeyTable(std::size_t count);

  void put(const SmallKey& key, SteadyPoint at);

  /// False when the key is not there.
  bool touch(const SmallKey& key, SteadyPoint at);

 private:
  struct Slot {
    SmallKey key;
    SteadyPoint lastSeen;
  };
  struct alignas(64) Part {
    std::mutex mutex;
    std::unique_ptr<Slot[]> slots;
  };

  /// Where the key is, or the free place that it would have. REQUIRES: the part's mutex is held.
  [[nodiscard]] Slot& slotOf(Part& part, const SmallKey& key, std::uint64_t hash) const;

  std::uint64_t mask_ = 0;
  std::array<Part, 256> parts_;
};

/// Runs through the next `count` of the crowd, from `*cursor` on: each of several threads a part of them.
void hearNext(const Crowd& crowd, std::size_t count, std::size_t threads, std::size_t* cursor,
              const std::function<void(std::size_t from, std::size_t to)>& part);

}  // namespace messenger::bench
