#include <algorithm>
#include <chrono>
#include <limits>
#include <span>

#include "adapters/sqlite/changes.hpp"
#include "adapters/sqlite/sqlite_storage.hpp"

namespace messenger::sqlite {

namespace {

/// How many heartbeats one transaction stores: other writers wait no longer than that takes.
constexpr std::size_t chunkSize = 1000;

/// Instances that wrote nothing for so long are forgotten; nobody asks for them.
constexpr auto listenerKept = std::chrono::hours{24} * 7;

constexpr FixedText heardText =
    "UPDATE call_participants SET last_heard_at = ?4, heard_by = ?5 "
    "WHERE call_sequence = (SELECT sequence FROM calls WHERE id = ?1) AND user_type = ?2 AND user_id = ?3 "
    "AND left_at IS NULL AND last_heard_at < ?4";

constexpr FixedText listeningText =
    "INSERT INTO listeners (instance, listening_since, saved_at) VALUES (?1, ?2, ?3) "
    "ON CONFLICT (instance) DO UPDATE SET listening_since = excluded.listening_since, "
    "saved_at = excluded.saved_at";
constexpr FixedText forgetText = "DELETE FROM listeners WHERE saved_at < ?1";

constexpr FixedText listenersText =
    "SELECT count(*), max(listening_since) FROM listeners WHERE instance <> ?1 AND saved_at >= ?2";

constexpr FixedText silentText =
    "SELECT c.id, p.user_type, p.user_id, p.last_heard_at, p.heard_by, p.sequence "
    "FROM call_participants AS p INDEXED BY call_participants_silent "
    "CROSS JOIN calls AS c ON c.sequence = p.call_sequence "
    "WHERE p.left_at IS NULL AND p.last_heard_at <= ?1 AND (p.last_heard_at, p.sequence) > (?3, ?4) "
    "AND p.call_sequence <= ?2 ORDER BY p.last_heard_at, p.sequence LIMIT ?5";

constexpr FixedText departedText =
    "SELECT c.id, p.user_type, p.user_id "
    "FROM call_participants AS p INDEXED BY call_participants_departed "
    "CROSS JOIN calls AS c ON c.sequence = p.call_sequence "
    "WHERE p.left_at IS NOT NULL AND p.left_at >= ?1 ORDER BY p.left_at, p.sequence LIMIT ?2";

using HeardAt = std::pair<InCallKey, TimePoint>;
using HeardSpan = std::span<const HeardAt* const>;

/// In the order of the calls' ids, which is that of their making and thus that of the rows: neighbours then
/// lie on the same pages, and a large batch reads and writes each page once instead of once for each
/// participant.
std::vector<const HeardAt*> inOrderOfCalls(const std::vector<HeardAt>& heard) {
  std::vector<const HeardAt*> ordered;
  ordered.reserve(heard.size());
  for (const HeardAt& each : heard) ordered.push_back(&each);
  std::sort(ordered.begin(), ordered.end(),
            [](const HeardAt* one, const HeardAt* other) { return one->first.call < other->first.call; });
  return ordered;
}

void saveChunk(Connection& connection, HeardSpan chunk, InstanceId heardBy) {
  for (const HeardAt* heard : chunk) {
    const auto& [who, heardAt] = *heard;
    Query(connection, heardText, who.call, who.user, heardAt, heardBy).run();
  }
}

void saveListener(Connection& connection, const HeartbeatBatch& batch) {
  Query(connection, listeningText, batch.heardBy, batch.listeningSince, batch.now).run();
  Query(connection, forgetText, batch.now - listenerKept).run();
}

}  // namespace

void SqliteStorage::saveHeartbeats(const HeartbeatBatch& batch) {
  const std::vector<const HeardAt*> ordered = inOrderOfCalls(batch.heard);
  HeardSpan left(ordered);
  do {
    const HeardSpan chunk = left.first(std::min(chunkSize, left.size()));
    left = left.subspan(chunk.size());
    pool_.write([&](Connection& connection, Transaction& transaction) {
      saveChunk(connection, chunk, batch.heardBy);
      // Last, so that "is listening" is never said before all that was heard is stored.
      if (left.empty()) saveListener(connection, batch);
      transaction.commit();
      return true;
    });
  } while (!left.empty());
}

Listeners SqliteStorage::listeners(InstanceId self, TimePoint since) const {
  return pool_.readOne([&](Connection& connection) {
    Query row(connection, listenersText, self, since);
    row.next();
    return Listeners{row.count(0), row.maybeTime(1)};
  });
}

std::vector<StoredPresence> SqliteStorage::silentParticipants(const SilentQuery& query) const {
  return pool_.readOne([&](Connection& connection) {
    constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
    const TimePoint afterTime = query.after ? query.after->lastHeard : TimePoint{Duration{lowest}};
    const std::int64_t afterSequence = query.after ? query.after->sequence : lowest;
    std::vector<StoredPresence> found;
    Query row(connection, silentText, query.heardAtOrBefore, query.cutoff, afterTime, afterSequence,
              query.limit);
    while (row.next()) {
      found.push_back({InCallKey{CallId{row.text(0)}, row.user(1)}, row.time(3), InstanceId{row.integer(4)},
                       row.integer(5)});
    }
    return found;
  });
}

std::vector<InCallKey> SqliteStorage::departuresSince(TimePoint since, std::size_t limit) const {
  return pool_.readOne([&](Connection& connection) {
    std::vector<InCallKey> found;
    Query row(connection, departedText, since, limit);
    while (row.next()) found.push_back({CallId{row.text(0)}, row.user(1)});
    return found;
  });
}

}  // namespace messenger::sqlite
