#pragma once

#include <optional>
#include <vector>

#include "messenger/contracts/heartbeat_store.hpp"
#include "messenger/model/time.hpp"

/// The eviction rule. A heartbeat is acknowledged from the memory of the process that received it, and
/// reported to the storage later. So silence is evident only when one whole TTL lies between the latest
/// moment at which a peer that is gone could have received a heartbeat (the end of its lease) and the
/// earliest moment up to which every peer that is alive has reported. Checked exhaustively by
/// tests/rules/evidence_test.cpp.
namespace messenger::rules {

/// The process that judges.
struct Judge {
  InstanceId id{};
  bool receivesHeartbeats = true;
  StorageTime receivingSince{};  ///< from when on without a gap, if it does
};

/// The time in which every heartbeat that was acknowledged is known: to the storage, or to this process.
struct Evidence {
  StorageTime begin{};
  StorageTime end{};
};

/// Nothing when nobody may be judged now: heartbeats could not be received for a whole TTL.
/// `presenceIsShared`: what one process acknowledged is known to all, so other peers do not count.
[[nodiscard]] std::optional<Evidence> evidenceAt(StorageTime now, Duration ttl, const Judge& judge,
                                                 const std::vector<HeartbeatStore::Peer>& peers,
                                                 bool presenceIsShared);

/// Whether nobody can have acknowledged a heartbeat for a whole TTL. `stored`: last seen as the storage
/// knows, `here`: as this process does.
[[nodiscard]] bool isSilent(const Evidence& evidence, Duration ttl, StorageTime stored,
                            const std::optional<StorageTime>& here);

}  // namespace messenger::rules
