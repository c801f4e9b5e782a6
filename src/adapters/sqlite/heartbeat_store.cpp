#include <algorithm>
#include <limits>
#include <span>

#include "adapters/sqlite/sqlite_storage.hpp"

namespace messenger::inline v0::sqlite {

namespace {

/// How many heartbeats one transaction stores, so that other writers need not wait long.
constexpr std::size_t chunkSize = 1000;

/// Peers whose lease ended this long ago are deleted: participants whom they acknowledged were evicted long
/// ago.
constexpr auto peerKept = std::chrono::hours{24} * 7;

constexpr FixedText seenText =
    "UPDATE call_sessions SET seen_by = iif(last_seen_at < ?5, ?6, seen_by), "
    "last_seen_at = max(last_seen_at, ?5) "
    "WHERE participant_sequence = (SELECT p.sequence FROM calls CROSS JOIN call_participants AS p "
    "ON p.call_sequence = calls.sequence WHERE calls.id = ?1 AND p.user_type = ?2 AND p.user_id = ?3) "
    "AND device = ?4 AND closed_at IS NULL";

constexpr FixedText revisionText = "SELECT revision FROM calls WHERE id = ?1";

constexpr FixedText peerText =
    "INSERT INTO presence_peers (instance, receiving_since, reported_up_to, lease_until) "
    "VALUES (?1, ?2, ?3, ?4) ON CONFLICT (instance) DO UPDATE SET "
    "receiving_since = excluded.receiving_since, reported_up_to = excluded.reported_up_to, "
    "lease_until = excluded.lease_until "
    "WHERE excluded.reported_up_to >= presence_peers.reported_up_to";
constexpr FixedText forgetText = "DELETE FROM presence_peers WHERE lease_until < ?1";
constexpr FixedText peersText =
    "SELECT instance, receiving_since, reported_up_to, lease_until FROM presence_peers";

constexpr FixedText ofSession =
    "CROSS JOIN call_participants AS p ON p.sequence = s.participant_sequence "
    "CROSS JOIN calls ON calls.sequence = p.call_sequence ";

constexpr FixedText silentText =
    "SELECT calls.id, p.user_type, p.user_id, s.device, s.last_seen_at, s.seen_by, p.sequence "
    "FROM call_sessions AS s INDEXED BY call_sessions_silent " +
    ofSession +
    "WHERE s.closed_at IS NULL AND s.last_seen_at <= ?1 "
    "AND (s.last_seen_at, s.participant_sequence, s.device) > (?3, ?4, ?5) "
    "AND p.call_sequence <= ?2 ORDER BY s.last_seen_at, s.participant_sequence, s.device LIMIT ?6";

constexpr FixedText departedText =
    "SELECT calls.id, p.user_type, p.user_id, s.device, calls.revision "
    "FROM call_sessions AS s INDEXED BY call_sessions_departed " +
    ofSession +
    "WHERE s.departed_at IS NOT NULL AND s.departed_at >= ?1 "
    "ORDER BY s.departed_at, s.participant_sequence, s.device LIMIT ?2";

using Absent = HeartbeatStore::Absent;
using SeenAt = std::pair<SessionKey, StorageTime>;
using SeenSpan = std::span<const SeenAt* const>;

/// In the order of the calls' ids, which is the order of creation and so of the rows. Neighbours are then on
/// the same pages, and a large batch reads and writes each page once instead of once for each participant.
std::vector<const SeenAt*> inOrderOfCalls(const std::vector<SeenAt>& seen) {
  std::vector<const SeenAt*> ordered;
  ordered.reserve(seen.size());
  for (const SeenAt& each : seen) ordered.push_back(&each);
  std::sort(ordered.begin(), ordered.end(),
            [](const SeenAt* one, const SeenAt* other) { return one->first.call < other->first.call; });
  return ordered;
}

std::int64_t revisionOf(Connection& connection, const CallId& call) {
  Query row(connection, revisionText, call);
  return row.next() ? row.integer(0) : Absent::noSuchCall;
}

std::vector<Absent> saveChunk(Connection& connection, SeenSpan chunk, InstanceId seenBy) {
  std::vector<Absent> passedOver;
  for (const SeenAt* seen : chunk) {
    const auto& [who, at] = *seen;
    if (Query(connection, seenText, who.call, who.user, who.device, at, seenBy).run() == 0)
      passedOver.push_back({who, revisionOf(connection, who.call)});
  }
  return passedOver;
}

/// From the first columns of silentText and departedText.
SessionKey readKey(const Query& row) {
  return {CallId{row.text(0)}, row.user(1), DeviceId{row.text(3)}};
}

void savePeer(Connection& connection, const HeartbeatStore::Peer& peer) {
  Query(connection, peerText, peer.id, peer.receivingSince, peer.reportedUpTo, peer.leaseUntil).run();
  const StorageTime forgotten = saturatingSubtract(peer.leaseUntil, peerKept);
  Query(connection, forgetText, forgotten).run();
}

}  // namespace

std::vector<Absent> SqliteHeartbeatStore::save(const Report& report) {
  const std::vector<const SeenAt*> ordered = inOrderOfCalls(report.lastSeen);
  SeenSpan left(ordered);
  std::vector<Absent> passedOver;
  do {
    const SeenSpan chunk = left.first(std::min(chunkSize, left.size()));
    left = left.subspan(chunk.size());
    const auto passed = pool_.write([&](Connection& connection) {
      auto result = saveChunk(connection, chunk, report.seenBy);
      // Last, so that nothing counts as reported before everything is stored.
      if (left.empty() && report.peer) savePeer(connection, *report.peer);
      return result;
    });
    passedOver.insert(passedOver.end(), passed.begin(), passed.end());
  } while (!left.empty());
  return passedOver;
}

std::vector<HeartbeatStore::Peer> SqliteHeartbeatStore::peers() {
  return pool_.readOne([&](Connection& connection) {
    std::vector<Peer> found;
    Query row(connection, peersText);
    while (row.next()) {
      found.push_back(
          {InstanceId{row.integer(0)}, row.storageTime(1), row.storageTime(2), row.storageTime(3)});
    }
    return found;
  });
}

std::vector<HeartbeatStore::SilentSession> SqliteHeartbeatStore::silent(const SilentQuery& query) {
  return pool_.readOne([&](Connection& connection) {
    const StorageTime afterTime = query.after ? query.after->lastSeen : StorageTime::min();
    const std::int64_t afterSequence =
        query.after ? query.after->sequence : std::numeric_limits<std::int64_t>::min();
    const DeviceId afterDevice = query.after ? query.after->who.device : DeviceId{};
    std::vector<SilentSession> found;
    Query row(connection, silentText, query.lastSeenAtOrBefore, query.upTo, afterTime, afterSequence,
              afterDevice, query.limit);
    while (row.next()) {
      found.push_back({readKey(row), row.storageTime(4), InstanceId{row.integer(5)}, row.integer(6)});
    }
    return found;
  });
}

std::vector<Absent> SqliteHeartbeatStore::departures(const DeparturesQuery& query) {
  return pool_.readOne([&](Connection& connection) {
    std::vector<Absent> found;
    Query row(connection, departedText, query.since, query.limit);
    while (row.next()) found.push_back({readKey(row), row.integer(4)});
    return found;
  });
}

}  // namespace messenger::sqlite
