#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "messenger/export.hpp"
#include "messenger/model/call_session.hpp"
#include "messenger/model/time.hpp"

namespace messenger::inline v0 {

/// When sessions were last seen, as far as reported, and which processes receive heartbeats. Such a
/// process is a presence peer: it keeps the heartbeats it receives in memory and reports them from time to
/// time.
///
/// Atomic, isolated, durable and thread-safe; fails as CallStore does.
class MESSENGER_EXPORT HeartbeatStore {
 public:
  HeartbeatStore() = default;
  HeartbeatStore(const HeartbeatStore&) = delete;
  HeartbeatStore& operator=(const HeartbeatStore&) = delete;
  virtual ~HeartbeatStore() = default;

  /// A presence peer as of its last report.
  struct Peer {
    InstanceId id{};               ///< the Messenger object
    StorageTime receivingSince{};  ///< it could receive heartbeats without a gap since then
    StorageTime reportedUpTo{};    ///< all heartbeats it received before this time are stored
    StorageTime leaseUntil{};      ///< it acknowledges nothing from memory at or after this time
  };

  /// What a peer has heard since its last report.
  struct Report {
    InstanceId seenBy{};  ///< the peer that reports
    /// The sessions, and when each was last seen.
    std::vector<std::pair<SessionKey, StorageTime>> lastSeen{};
    std::optional<Peer> peer{};  ///< also renews this peer's lease; stored after all of `lastSeen`
  };

  /// A session that is not open.
  struct Absent {
    SessionKey who;  ///< the session
    /// The `Call::revision` as of which it is not; `noSuchCall` when the call does not exist.
    std::int64_t revision = noSuchCall;
    /// Later than every revision.
    static constexpr std::int64_t noSuchCall = std::numeric_limits<std::int64_t>::max();

    friend bool operator==(const Absent&, const Absent&) = default;
  };

  /// Stores when sessions were last seen (never an earlier time over a later one), then the peer (never one
  /// that had reported less over one that had reported more: of two reports the older may come last). Skips
  /// and returns those of `lastSeen` that are not open. Large reports may be stored in several
  /// transactions. Deletes peers whose lease ended a week before this one's.
  virtual std::vector<Absent> save(const Report& report) = 0;

  /// Every peer that ever reported and was not deleted, in any order.
  [[nodiscard]] virtual std::vector<Peer> peers() = 0;

  /// An open session, and when it was last seen as far as the storage knows.
  struct SilentSession {
    SessionKey who;             ///< the session
    StorageTime lastSeen{};     ///< the latest that was stored
    InstanceId seenBy{};        ///< the peer that saw it then
    std::int64_t sequence = 0;  ///< of the participant's row
  };

  /// A page of silent sessions.
  struct SilentQuery {
    StorageTime lastSeenAtOrBefore{};      ///< only those
    std::int64_t upTo = 0;                 ///< calls up to this `Call::sequence`
    std::optional<SilentSession> after{};  ///< continue after this one
    std::size_t limit = 100;               ///< at most so many
  };

  /// Open sessions that were last seen at or before a time, ordered by (lastSeen, sequence, device). The cost
  /// should depend on how many it returns, not on how many there are.
  [[nodiscard]] virtual std::vector<SilentSession> silent(const SilentQuery& query) = 0;

  /// A page of sessions that were closed.
  struct DeparturesQuery {
    StorageTime since{};      ///< at this time or later
    std::size_t limit = 100;  ///< at most so many
  };

  /// Sessions that were closed in any way at or after a time and are not open. The cost should depend on how
  /// many it returns.
  [[nodiscard]] virtual std::vector<Absent> departures(const DeparturesQuery& query) = 0;
};

}  // namespace messenger
