#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "messenger/model/call_participant.hpp"
#include "messenger/model/time.hpp"

namespace messenger {

/// When participants were last seen, as far as reported, and which processes receive heartbeats. Such a
/// process is a presence peer: it keeps the heartbeats it receives in memory and reports them from time to
/// time.
///
/// Atomic, isolated, durable and thread-safe; fails as CallStore does.
class HeartbeatStore {
 public:
  HeartbeatStore() = default;
  HeartbeatStore(const HeartbeatStore&) = delete;
  HeartbeatStore& operator=(const HeartbeatStore&) = delete;
  virtual ~HeartbeatStore() = default;

  /// A presence peer as of its last report.
  struct Peer {
    InstanceId id{};
    StorageTime receivingSince{};  ///< it could receive heartbeats without a gap since then
    StorageTime reportedUpTo{};    ///< all heartbeats it received before this time are stored
    StorageTime leaseUntil{};      ///< it acknowledges nothing from memory at or after this time
  };

  struct Report {
    InstanceId seenBy{};
    std::vector<std::pair<ParticipantKey, StorageTime>> lastSeen{};
    std::optional<Peer> peer{};  ///< also renews this peer's lease; stored after all of `lastSeen`
  };

  /// A user who is not in a call.
  struct Absent {
    ParticipantKey who;
    /// The `Call::revision` as of which they are not; `noSuchCall` when the call does not exist.
    std::int64_t revision = noSuchCall;
    static constexpr std::int64_t noSuchCall = std::numeric_limits<std::int64_t>::max();

    friend bool operator==(const Absent&, const Absent&) = default;
  };

  /// Stores when participants were last seen (never an earlier time over a later one), then the peer (never
  /// one that had reported less over one that had reported more: of two reports the older may come last).
  /// Skips and returns those of `lastSeen` who are not in the call. Large reports may be stored in several
  /// transactions. Deletes peers whose lease ended a week before this one's.
  virtual std::vector<Absent> save(const Report& report) = 0;

  /// Every peer that ever reported and was not deleted, in any order.
  [[nodiscard]] virtual std::vector<Peer> peers() = 0;

  /// A participant in an active call, and when they were last seen as far as the storage knows.
  struct SilentParticipant {
    ParticipantKey who;
    StorageTime lastSeen{};
    InstanceId seenBy{};
    std::int64_t sequence = 0;  ///< of the participant's row
  };

  struct SilentQuery {
    StorageTime lastSeenAtOrBefore{};
    std::int64_t upTo = 0;                     ///< calls up to this `Call::sequence`
    std::optional<SilentParticipant> after{};  ///< continue after this one
    std::size_t limit = 100;
  };

  /// Participants in a call who were last seen at or before a time, ordered by (lastSeen, sequence). The cost
  /// should depend on how many it returns, not on how many there are.
  [[nodiscard]] virtual std::vector<SilentParticipant> silent(const SilentQuery& query) = 0;

  struct DeparturesQuery {
    StorageTime since{};
    std::size_t limit = 100;
  };

  /// Participants who left a call in any way at or after a time and are not in it. The cost should depend on
  /// how many it returns.
  [[nodiscard]] virtual std::vector<Absent> departures(const DeparturesQuery& query) = 0;
};

}  // namespace messenger
