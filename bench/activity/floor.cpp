#include "bench/activity/floor.hpp"

#include <algorithm>
#include <limits>

namespace messenger::bench {
namespace {

constexpr std::size_t batchSize = 100;

constexpr const char* silentText =
    "SELECT c.id, p.user_type, p.user_id, s.last_seen_at, s.seen_by, p.sequence, p.call_sequence "
    "FROM call_sessions AS s INDEXED BY call_sessions_silent "
    "CROSS JOIN call_participants AS p ON p.sequence = s.participant_sequence "
    "CROSS JOIN calls AS c ON c.sequence = p.call_sequence "
    "WHERE s.closed_at IS NULL AND s.last_seen_at <= ?1 "
    "AND (s.last_seen_at, s.participant_sequence) > (?2, ?3) "
    "ORDER BY s.last_seen_at, s.participant_sequence, s.device LIMIT ?4";
constexpr const char* closeText =
    "UPDATE call_sessions SET closed_at = ?2, departed_at = ?2 WHERE participant_sequence = ?1 AND device = "
    "''";
constexpr const char* takeOutText =
    "UPDATE call_participants SET left_at = ?2, departed_at = ?2, kicked = 0, updated_at = ?2 WHERE sequence "
    "= ?1";
constexpr const char* raiseText = "UPDATE calls SET revision = revision + 1 WHERE sequence = ?1";
constexpr const char* othersInText =
    "SELECT 1 FROM call_participants WHERE call_sequence = ?1 AND left_at IS NULL LIMIT 1";
constexpr const char* endText =
    "UPDATE calls SET ended_at = ?2, end_reason = 3, updated_at = ?2, revision = revision + 1 "
    "WHERE sequence = ?1 AND ended_at IS NULL";
constexpr const char* insertJobText =
    "INSERT INTO jobs (id, type, queue, call_id, created_at, available_at) "
    "VALUES (?1, 2, 'messenger', ?2, ?3, ?3)";

constexpr const char* byKeyText =
    "UPDATE call_sessions SET last_seen_at = ?4, seen_by = ?5 WHERE participant_sequence = "
    "(SELECT p.sequence FROM calls CROSS JOIN call_participants AS p ON p.call_sequence = calls.sequence "
    "WHERE calls.id = ?1 AND p.user_type = ?2 AND p.user_id = ?3) "
    "AND device = '' AND closed_at IS NULL AND last_seen_at < ?4";
constexpr const char* byRowText =
    "UPDATE call_sessions SET last_seen_at = ?2, seen_by = ?3 "
    "WHERE participant_sequence = ?1 AND device = '' AND closed_at IS NULL AND last_seen_at < ?2";

}  // namespace

ActivityFloor::ActivityFloor(const std::filesystem::path& file, const char* synchronous,
                             std::size_t perCommit)
    : perCommit_(perCommit),
      writer_(file, RawDatabase::Access::write, synchronous),
      reader_(file, RawDatabase::Access::read),
      begin_(writer_, "BEGIN IMMEDIATE"),
      commit_(writer_, "COMMIT"),
      silent_(reader_, silentText),
      takeOut_(writer_, takeOutText),
      close_(writer_, closeText),
      raise_(writer_, raiseText),
      othersIn_(writer_, othersInText),
      end_(writer_, endText),
      insertJob_(writer_, insertJobText) {}

std::vector<ActivityFloor::Silent> ActivityFloor::nextBatch(std::int64_t heardAtOrBefore,
                                                            const Silent& after) {
  std::vector<Silent> batch;
  silent_.bind(heardAtOrBefore, after.lastHeard, after.row, batchSize);
  while (silent_.step()) {
    batch.push_back({silent_.integer(3), silent_.integer(5), silent_.integer(6), silent_.text(0)});
  }
  silent_.reset();
  return batch;
}

void ActivityFloor::check(StorageTime heardAtOrBefore) {
  const std::int64_t now = wallMicroseconds();
  constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
  Silent after{lowest, lowest, 0, {}};
  std::size_t inTransaction = 0;
  for (;;) {
    const auto batch = nextBatch(heardAtOrBefore.time_since_epoch().count(), after);
    for (const Silent& silent : batch) {
      if (inTransaction == 0) begin_.run();
      putOut(silent, now);
      if (++inTransaction == perCommit_) {
        commit_.run();
        inTransaction = 0;
      }
    }
    if (batch.size() < batchSize) break;
    after = batch.back();
  }
  if (inTransaction > 0) commit_.run();
}

void ActivityFloor::putOut(const Silent& silent, std::int64_t now) {
  takeOut_.run(silent.row, now);
  close_.run(silent.row, now);
  if (othersIn_.run(silent.call) > 0) {
    raise_.run(silent.call);
    return;
  }
  end_.run(silent.call, now);
  insertJob_.run(ids_.next(), silent.callId, now);
}

HeardFloor::HeardFloor(const std::filesystem::path& file, Finds finds)
    : finds_(finds),
      writer_(file, RawDatabase::Access::write),
      begin_(writer_, "BEGIN IMMEDIATE"),
      commit_(writer_, "COMMIT"),
      byKey_(writer_, byKeyText),
      byRow_(writer_, byRowText) {}

void HeardFloor::save(const HeartbeatStore::Report& batch, const std::vector<std::size_t>& rows) {
  constexpr std::size_t chunk = 1000;
  for (std::size_t from = 0; from < rows.size(); from += chunk) {
    begin_.run();
    for (std::size_t at = from; at < std::min(rows.size(), from + chunk); ++at) {
      const auto& [who, time] = batch.lastSeen[at];
      const std::int64_t heardAt = time.time_since_epoch().count();
      if (finds_ == Finds::byRow) {
        byRow_.run(rows[at], heardAt, 2);
      } else {
        byKey_.run(who.call.value(), who.user.type, who.user.id, heardAt, 2);
      }
    }
    commit_.run();
  }
}

}  // namespace messenger::bench
