#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "messenger/model/call_participant.hpp"
#include "messenger/model/time.hpp"

namespace messenger {

/// When participants were last seen, as far as it was reported, and which processes receive heartbeats. Each
/// of those (a presence peer) keeps what it receives in memory and reports it from time to time.
///
/// Atomic, isolated, durable, thread-safe and failing as CallStore is.
class HeartbeatStore {
 public:
  HeartbeatStore() = default;
  HeartbeatStore(const HeartbeatStore&) = delete;
  HeartbeatStore& operator=(const HeartbeatStore&) = delete;
  virtual ~HeartbeatStore() = default;

  /// A presence peer, as it last reported.
  struct Peer {
    InstanceId id{};
    StorageTime receivingSince{};  ///< from when on it could receive heartbeats without a gap
    StorageTime reportedUpTo{};    ///< whatever it received before this time is stored
    StorageTime leaseUntil{};      ///< it acknowledges nothing from memory at or after this time
  };

  struct Report {
    InstanceId seenBy{};
    std::vector<std::pair<ParticipantKey, StorageTime>> lastSeen{};
    std::optional<Peer> peer{};  ///< also renews this peer's lease; stored after all of `lastSeen`
  };

  /// Stores when participants were last seen (never an earlier time over a later one), then the peer. Returns
  /// those of `lastSeen` who are not in a call; they are passed over. Large reports may be stored in several
  /// transactions. Peers whose lease ended a week before this one's are forgotten.
  virtual std::vector<ParticipantKey> save(const Report& report) = 0;

  /// Every peer that ever reported and was not forgotten, in any order.
  [[nodiscard]] virtual std::vector<Peer> peers() = 0;

  /// Somebody in an active call, and when they were last seen as far as the storage knows.
  struct SilentParticipant {
    ParticipantKey who;
    StorageTime lastSeen{};
    InstanceId seenBy{};
    std::int64_t sequence = 0;  ///< of the participant's row
  };

  struct SilentQuery {
    StorageTime lastSeenAtOrBefore{};
    std::int64_t upTo = 0;                     ///< calls up to this `Call::sequence`
    std::optional<SilentParticipant> after{};  ///< continue behind this one
    std::size_t limit = 100;
  };

  /// Those in a call who were last seen at or before a time, by (lastSeen, sequence). Should cost what it
  /// returns.
  [[nodiscard]] virtual std::vector<SilentParticipant> silent(const SilentQuery& query) = 0;

  struct DeparturesQuery {
    StorageTime since{};
    std::size_t limit = 100;
  };

  /// Those who left a call, by whatever way, at or after a time, and are not in it. Should cost what it
  /// returns.
  [[nodiscard]] virtual std::vector<ParticipantKey> departures(const DeparturesQuery& query) = 0;
};

}  // namespace messenger
