#include "adapters/memory/memory_storage.hpp"

namespace messenger::memory {

using support::Lock;

namespace {

/// Peers whose lease ended this long ago are deleted: participants whom they acknowledged were evicted long
/// ago.
constexpr auto peerKept = std::chrono::hours{24} * 7;

}  // namespace

std::vector<HeartbeatStore::Absent> MemoryHeartbeatStore::save(const Report& report) {
  const Lock lock(tables_.mutex);
  std::vector<Absent> passedOver;
  for (const auto& [who, at] : report.lastSeen) {
    const CallRow* call = tables_.calls.find(who.call);
    ParticipantRow* row = call == nullptr ? nullptr : call->find(who.user);
    if (row == nullptr || !row->isIn()) {
      passedOver.push_back({who, call == nullptr ? Absent::noSuchCall : call->call.revision});
    } else if (at > row->lastSeen) {
      tables_.calls.seen(*row, at, report.seenBy);
    }
  }
  if (report.peer) {
    const Peer& peer = *report.peer;
    const auto stored = tables_.peers.try_emplace(peer.id, peer).first;
    if (stored->second.reportedUpTo <= peer.reportedUpTo) stored->second = peer;
    std::erase_if(tables_.peers, [&](const auto& each) {
      return each.second.leaseUntil < saturatingSubtract(peer.leaseUntil, peerKept);
    });
  }
  return passedOver;
}

std::vector<HeartbeatStore::Peer> MemoryHeartbeatStore::peers() {
  const Lock lock(tables_.mutex);
  std::vector<Peer> result;
  result.reserve(tables_.peers.size());
  for (const auto& [id, peer] : tables_.peers) result.push_back(peer);
  return result;
}

std::vector<HeartbeatStore::SilentParticipant> MemoryHeartbeatStore::silent(const SilentQuery& query) {
  const Lock lock(tables_.mutex);
  std::vector<SilentParticipant> result;
  const auto& rows = tables_.calls.byLastSeen();
  auto at = query.after ? rows.upper_bound({query.after->lastSeen, query.after->sequence}) : rows.begin();
  for (; at != rows.end() && at->first.first <= query.lastSeenAtOrBefore && result.size() < query.limit;
       ++at) {
    const ParticipantRow& row = *at->second;
    if (row.call->call.sequence > query.upTo) continue;
    result.push_back(
        {{row.participant.callId, row.participant.user}, row.lastSeen, row.seenBy, row.participant.sequence});
  }
  return result;
}

std::vector<HeartbeatStore::Absent> MemoryHeartbeatStore::departures(const DeparturesQuery& query) {
  const Lock lock(tables_.mutex);
  std::vector<Absent> result;
  const auto& rows = tables_.calls.byDeparture();
  for (auto at = rows.lower_bound({query.since, 0}); at != rows.end() && result.size() < query.limit; ++at) {
    const ParticipantRow& row = *at->second;
    result.push_back({{row.participant.callId, row.participant.user}, row.call->call.revision});
  }
  return result;
}

}  // namespace messenger::memory
