#include <algorithm>
#include <tuple>

#include "vector_storage.hpp"

using namespace messenger;

std::vector<HeartbeatStore::Absent> VectorHeartbeatStore::save(const Report& report) {
  const std::lock_guard lock(tables_.mutex);
  std::vector<Absent> passedOver;
  for (const auto& [who, at] : report.lastSeen) {
    Tables::SessionRow* row = tables_.find(who);
    if (row == nullptr || !row->session.open()) {
      const Tables::CallRow* call = tables_.find(who.call);
      passedOver.push_back({who, call == nullptr ? Absent::noSuchCall : call->call.revision});
    } else if (at > row->session.lastSeen) {
      row->session.lastSeen = at;
      row->seenBy = report.seenBy;
    }
  }
  if (report.peer) {
    const Peer& peer = *report.peer;
    const bool isOld = std::any_of(tables_.peers.begin(), tables_.peers.end(), [&](const Peer& each) {
      return each.id == peer.id && each.reportedUpTo > peer.reportedUpTo;
    });
    std::erase_if(tables_.peers, [&](const Peer& each) {
      const bool replaced = each.id == peer.id && !isOld;
      return replaced || each.leaseUntil < peer.leaseUntil - std::chrono::hours{24 * 7};
    });
    if (!isOld) tables_.peers.push_back(peer);
  }
  return passedOver;
}

std::vector<HeartbeatStore::Peer> VectorHeartbeatStore::peers() {
  const std::lock_guard lock(tables_.mutex);
  return tables_.peers;
}

std::vector<HeartbeatStore::SilentSession> VectorHeartbeatStore::silent(const SilentQuery& query) {
  const std::lock_guard lock(tables_.mutex);
  const auto order = [](const SilentSession& each) {
    return std::tuple{each.lastSeen, each.sequence, each.who.device};
  };
  std::vector<SilentSession> found;
  for (const Tables::SessionRow& row : tables_.sessions) {
    const CallSession& each = row.session;
    const std::int64_t sequence = tables_.find(each.participant)->participant.sequence;
    const SilentSession silent{row.key(), each.lastSeen, row.seenBy, sequence};
    const bool wanted = each.open() && each.lastSeen <= query.lastSeenAtOrBefore &&
                        tables_.find(row.call)->call.sequence <= query.upTo &&
                        (!query.after || order(*query.after) < order(silent));
    if (wanted) found.push_back(silent);
  }
  std::sort(found.begin(), found.end(),
            [&](const auto& one, const auto& other) { return order(one) < order(other); });
  if (found.size() > query.limit) found.resize(query.limit);
  return found;
}

std::vector<HeartbeatStore::Absent> VectorHeartbeatStore::departures(const DeparturesQuery& query) {
  const std::lock_guard lock(tables_.mutex);
  std::vector<std::pair<StorageTime, SessionKey>> found;
  for (const Tables::SessionRow& row : tables_.sessions) {
    if (!row.session.open() && row.departedAt >= query.since) found.emplace_back(row.departedAt, row.key());
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& one, const auto& other) { return one.first < other.first; });
  std::vector<Absent> absent;
  for (const auto& [at, who] : found) {
    if (absent.size() < query.limit) absent.push_back({who, tables_.find(who.call)->call.revision});
  }
  return absent;
}
