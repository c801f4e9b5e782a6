#include "adapters/memory/memory_storage.hpp"

namespace messenger::inline v0::memory {

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
    SessionRow* row = call == nullptr ? nullptr : call->find(who.user, who.device);
    if (row == nullptr || !row->session.open()) {
      passedOver.push_back({who, call == nullptr ? Absent::noSuchCall : call->call.revision});
    } else if (at > row->session.lastSeen) {
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

std::vector<HeartbeatStore::SilentSession> MemoryHeartbeatStore::silent(const SilentQuery& query) {
  const Lock lock(tables_.mutex);
  std::vector<SilentSession> result;
  const auto& rows = tables_.calls.byLastSeen();
  const auto& after = query.after;
  auto at = after ? rows.upper_bound({after->lastSeen, after->sequence, after->who.device}) : rows.begin();
  for (; at != rows.end() && result.size() < query.limit; ++at) {
    const SessionRow& row = *at->second;
    if (row.session.lastSeen > query.lastSeenAtOrBefore) break;
    const ParticipantRow& of = *row.participant;
    if (of.call->call.sequence > query.upTo) continue;
    result.push_back({of.keyOf(row), row.session.lastSeen, row.seenBy, of.participant.sequence});
  }
  return result;
}

std::vector<HeartbeatStore::Absent> MemoryHeartbeatStore::departures(const DeparturesQuery& query) {
  const Lock lock(tables_.mutex);
  std::vector<Absent> result;
  const auto& rows = tables_.calls.byDeparture();
  for (auto at = rows.lower_bound({query.since, 0, {}}); at != rows.end() && result.size() < query.limit;
       ++at) {
    const ParticipantRow& of = *at->second->participant;
    result.push_back({of.keyOf(*at->second), of.call->call.revision});
  }
  return result;
}

}  // namespace messenger::memory
