#include "rules/evidence.hpp"

#include <algorithm>

namespace messenger::inline v0::rules {

std::optional<Evidence> evidenceAt(StorageTime now, Duration ttl, const Judge& judge,
                                   const std::vector<HeartbeatStore::Peer>& peers, bool presenceIsShared) {
  if (judge.receivesHeartbeats && saturatingDifference(now, judge.receivingSince) < ttl) return std::nullopt;
  Evidence evidence{StorageTime::min(), now};
  if (presenceIsShared) return evidence;

  std::optional<StorageTime> receivedSince;  // of the live peers, the one that has received for longest
  for (const HeartbeatStore::Peer& peer : peers) {
    if (peer.id == judge.id) continue;
    if (peer.leaseUntil > now) {
      evidence.end = std::min(evidence.end, peer.reportedUpTo);
      receivedSince = std::min(receivedSince.value_or(peer.receivingSince), peer.receivingSince);
    } else {
      evidence.begin = std::max(evidence.begin, peer.leaseUntil);
    }
  }
  if (!judge.receivesHeartbeats) {
    if (!receivedSince) return std::nullopt;
    evidence.begin = std::max(evidence.begin, *receivedSince);
  }
  return evidence;
}

bool isSilent(const Evidence& evidence, Duration ttl, StorageTime stored,
              const std::optional<StorageTime>& here) {
  const StorageTime begin = std::max({evidence.begin, stored, here.value_or(stored)});
  return begin <= evidence.end && saturatingDifference(evidence.end, begin) >= ttl;
}

}  // namespace messenger::rules
