#include <algorithm>
#include <limits>
#include <span>
#include <unordered_map>

#include "adapters/postgres/postgres_storage.hpp"
#include "adapters/postgres/steps.hpp"

namespace messenger::inline v0::postgres {
namespace {

using Absent = HeartbeatStore::Absent;
using SeenAt = std::pair<SessionKey, StorageTime>;

/// How many heartbeats one transaction stores, so that others need not wait long for its rows.
constexpr std::size_t chunkSize = 1000;

/// Peers whose lease ended this long ago are deleted: participants whom they acknowledged were evicted long
/// ago.
constexpr auto peerKept = std::chrono::hours{24} * 7;

// $1 calls, $2 and $3 users, $4 devices.
constexpr FixedText reported =
    "unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY "
    "AS reported (call, type, id, device, place) ";
// The rows are found one by one, and locked in one order, so that two reports cannot wait for each other.
constexpr FixedText seenText =
    "WITH found AS MATERIALIZED (SELECT (SELECT participants.sequence FROM @calls AS calls "
    "JOIN @call_participants AS participants ON participants.call_sequence = calls.sequence "
    "WHERE calls.id = reported.call AND participants.user_type = reported.type "
    "AND participants.user_id = reported.id) AS participant, reported.device COLLATE \"C\" AS device, "
    "reported.place, reported.at "
    "FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[]) WITH ORDINALITY "
    "AS reported (call, type, id, device, at, place) ORDER BY participant, device), "
    "seen AS MATERIALIZED (SELECT found.participant, found.device, found.place, found.at FROM found, "
    "LATERAL (SELECT 1 FROM @call_sessions AS sessions WHERE sessions.participant_sequence = "
    "found.participant "
    "AND sessions.device = found.device AND sessions.closed_at IS NULL FOR UPDATE) AS locked) "
    "UPDATE @call_sessions AS sessions SET "
    "seen_by = CASE WHEN sessions.last_seen_at < seen.at THEN $6::bigint ELSE sessions.seen_by END, "
    "last_seen_at = greatest(sessions.last_seen_at, seen.at) FROM seen "
    "WHERE sessions.participant_sequence = seen.participant AND sessions.device = seen.device "
    "RETURNING seen.place";

constexpr FixedText absentText =
    "SELECT reported.place, (SELECT calls.revision FROM @calls AS calls WHERE calls.id = reported.call) "
    "FROM " +
    reported + "WHERE NOT EXISTS (SELECT 1 FROM @calls AS calls " +
    "JOIN @call_participants AS participants ON participants.call_sequence = calls.sequence "
    "JOIN @call_sessions AS sessions ON sessions.participant_sequence = participants.sequence "
    "WHERE calls.id = reported.call AND participants.user_type = reported.type "
    "AND participants.user_id = reported.id AND sessions.device = reported.device "
    "AND sessions.closed_at IS NULL)";

constexpr FixedText peerText =
    "INSERT INTO @presence_peers AS peers (instance, receiving_since, reported_up_to, lease_until) "
    "VALUES ($1::bigint, $2::bigint, $3::bigint, $4::bigint) ON CONFLICT (instance) DO UPDATE SET "
    "receiving_since = excluded.receiving_since, reported_up_to = excluded.reported_up_to, "
    "lease_until = excluded.lease_until WHERE excluded.reported_up_to >= peers.reported_up_to";
constexpr FixedText forgetPeersText = "DELETE FROM @presence_peers WHERE lease_until < $1::bigint";
constexpr FixedText peersText =
    "SELECT instance, receiving_since, reported_up_to, lease_until FROM @presence_peers";

constexpr FixedText ofSession =
    "FROM @call_sessions AS sessions "
    "JOIN @call_participants AS participants ON participants.sequence = sessions.participant_sequence "
    "JOIN @calls AS calls ON calls.sequence = participants.call_sequence ";

constexpr FixedText silentText =
    "SELECT calls.id, participants.user_type, participants.user_id, sessions.device, sessions.last_seen_at, "
    "sessions.seen_by, participants.sequence " +
    ofSession +
    "WHERE sessions.departed_at IS NULL AND sessions.last_seen_at <= $1::bigint "
    "AND (sessions.last_seen_at, sessions.participant_sequence, sessions.device) "
    "> ($3::bigint, $4::bigint, $5::text COLLATE \"C\") "
    "AND participants.call_sequence <= $2::bigint "
    "ORDER BY sessions.last_seen_at, sessions.participant_sequence, sessions.device LIMIT $6::bigint";

constexpr FixedText departedText =
    "SELECT calls.id, participants.user_type, participants.user_id, sessions.device, calls.revision " +
    ofSession +
    "WHERE sessions.departed_at IS NOT NULL AND sessions.departed_at >= $1::bigint "
    "ORDER BY sessions.departed_at, sessions.participant_sequence, sessions.device LIMIT $2::bigint";

/// The latest time of each session, each session once: two rows for one would be stored in any order.
std::vector<SeenAt> latestOfEach(const std::vector<SeenAt>& all) {
  std::unordered_map<SessionKey, StorageTime> latest;
  latest.reserve(all.size());
  for (const auto& [who, at] : all) {
    const auto [place, isNew] = latest.try_emplace(who, at);
    if (!isNew) place->second = std::max(place->second, at);
  }
  return {latest.begin(), latest.end()};
}

/// Sessions as arrays.
struct KeyArrays {
  void add(const SessionKey& who) {
    calls.addKey(who.call.value());
    users.addKey(who.user);
    devices.addKey(who.device.value());
  }
  Array calls;
  UserArrays users;
  Array devices;
};

/// From the first columns of silentText and departedText.
SessionKey readKey(const Rows& row) {
  return {CallId{row.text(0)}, row.user(1), DeviceId{row.text(3)}};
}

/// Which of these are not open.
std::vector<Absent> findAbsent(ConnectionPool& pool, const std::vector<SessionKey>& missing, Deadline until) {
  KeyArrays keys;
  for (const SessionKey& each : missing) keys.add(each);
  Batch batch;
  batch.add(absentText, keys.calls, keys.users.types, keys.users.ids, keys.devices);
  const Results results = pool.read(std::move(batch), until);
  std::vector<Absent> absent;
  Rows row = results.rows(0);
  while (row.next()) {
    absent.push_back({missing.at(row.count(0) - 1), row.maybeInteger(1).value_or(Absent::noSuchCall)});
  }
  return absent;
}

/// Stores some heartbeats, with the peer if it is given. Returns those of sessions that are not open.
std::vector<Absent> saveChunk(ConnectionPool& pool, std::span<const SeenAt> chunk, InstanceId seenBy,
                              const std::optional<HeartbeatStore::Peer>& peer) {
  const Deadline until = pool.deadline();
  KeyArrays keys;
  Array times;
  for (const auto& [who, at] : chunk) {
    keys.add(who);
    times.add(at);
  }
  Batch batch;
  batch.add(seenText, keys.calls, keys.users.types, keys.users.ids, keys.devices, times, seenBy);
  if (peer) {
    // Last, so that nothing counts as reported before everything is stored.
    batch.add(peerText, peer->id, peer->receivingSince, peer->reportedUpTo, peer->leaseUntil);
    batch.add(forgetPeersText, saturatingSubtract(peer->leaseUntil, peerKept));
  }
  const Results results = pool.write(std::move(batch), until);
  std::vector<bool> stored(chunk.size());
  Rows row = results.rows(0);
  while (row.next()) stored.at(row.count(0) - 1) = true;
  std::vector<SessionKey> missing;
  for (std::size_t i = 0; i < chunk.size(); ++i) {
    if (!stored[i]) missing.push_back(chunk[i].first);
  }
  return missing.empty() ? std::vector<Absent>{} : findAbsent(pool, missing, until);
}

}  // namespace

std::vector<Absent> PostgresHeartbeatStore::save(const Report& report) {
  const std::vector<SeenAt> latest = latestOfEach(report.lastSeen);
  std::span<const SeenAt> left(latest);
  std::vector<Absent> passedOver;
  do {
    const auto chunk = left.first(std::min(chunkSize, left.size()));
    left = left.subspan(chunk.size());
    const auto passed = saveChunk(pool_, chunk, report.seenBy, left.empty() ? report.peer : std::nullopt);
    passedOver.insert(passedOver.end(), passed.begin(), passed.end());
  } while (!left.empty());
  return passedOver;
}

std::vector<HeartbeatStore::Peer> PostgresHeartbeatStore::peers() {
  Batch batch;
  batch.add(peersText);
  const Results results = pool_.read(std::move(batch));
  std::vector<Peer> found;
  Rows row = results.rows(0);
  while (row.next()) {
    found.push_back({InstanceId{row.integer(0)}, row.storageTime(1), row.storageTime(2), row.storageTime(3)});
  }
  return found;
}

std::vector<HeartbeatStore::SilentSession> PostgresHeartbeatStore::silent(const SilentQuery& query) {
  const StorageTime afterTime = query.after ? query.after->lastSeen : StorageTime::min();
  const std::int64_t afterSequence =
      query.after ? query.after->sequence : std::numeric_limits<std::int64_t>::min();
  const DeviceId afterDevice = query.after ? query.after->who.device : DeviceId{};
  Batch batch;
  batch.add(silentText, query.lastSeenAtOrBefore, query.upTo, afterTime, afterSequence, afterDevice,
            mostRows(query.limit));
  const Results results = pool_.read(std::move(batch));
  std::vector<SilentSession> found;
  Rows row = results.rows(0);
  while (row.next()) {
    found.push_back({readKey(row), row.storageTime(4), InstanceId{row.integer(5)}, row.integer(6)});
  }
  return found;
}

std::vector<Absent> PostgresHeartbeatStore::departures(const DeparturesQuery& query) {
  Batch batch;
  batch.add(departedText, query.since, mostRows(query.limit));
  const Results results = pool_.read(std::move(batch));
  std::vector<Absent> found;
  Rows row = results.rows(0);
  while (row.next()) found.push_back({readKey(row), row.integer(4)});
  return found;
}

}  // namespace messenger::postgres
