#pragma once

#include <optional>
#include <vector>

#include "messenger/contracts/heartbeat_store.hpp"
#include "messenger/model/time.hpp"

/// The eviction rule. A heartbeat is acknowledged from the memory of the process that received it, and
/// reported to the storage later. So there is evidence of silence only when a whole TTL lies between two
/// moments: the latest moment at which a dead peer could have received a heartbeat (the end of its lease),
/// and the earliest moment up to which every live peer has reported. Checked exhaustively by
/// tests/rules/evidence_test.cpp.
namespace messenger::inline v0::rules {

/// The process that runs the activity check.
struct Judge {
  InstanceId id{};
  bool receivesHeartbeats = true;
  StorageTime receivingSince{};  ///< if it does: since when without a gap
};

/// A period of which every acknowledged heartbeat is known, to the storage or to this process.
struct Evidence {
  StorageTime begin{};
  StorageTime end{};
};

/// Empty when nobody may be evicted now, because heartbeats could not be received for a whole TTL.
/// `presenceIsShared`: all processes know every acknowledged heartbeat, so other peers do not matter.
[[nodiscard]] std::optional<Evidence> evidenceAt(StorageTime now, Duration ttl, const Judge& judge,
                                                 const std::vector<HeartbeatStore::Peer>& peers,
                                                 bool presenceIsShared);

/// Whether no process can have acknowledged a heartbeat for a whole TTL. `stored` and `here`: when the
/// participant was last seen, by the storage and by this process.
[[nodiscard]] bool isSilent(const Evidence& evidence, Duration ttl, StorageTime stored,
                            const std::optional<StorageTime>& here);

}  // namespace messenger::rules
