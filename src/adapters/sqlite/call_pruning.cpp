#include <array>
#include <limits>
#include <vector>

#include "adapters/sqlite/query.hpp"
#include "adapters/sqlite/sqlite_storage.hpp"

namespace messenger::inline v0::sqlite {
namespace {

/// A transaction ends after so many participants, however few calls these are.
constexpr std::size_t rowsAtOnce = 2000;

// The oldest calls first, and nothing behind the first one that began too late. SQLite gives the number of a
// deleted newest row to the next one, so the newest rows stay.
constexpr FixedText candidatesText =
    "SELECT sequence, started_at, "
    "ended_at IS NOT NULL AND room_may_exist = 0 "
    "AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.call_id = calls.id) "
    "AND NOT EXISTS (SELECT 1 FROM call_participants AS each WHERE each.call_sequence = calls.sequence "
    "AND (each.departed_at >= ?1 OR each.sequence = (SELECT max(sequence) FROM call_participants))), "
    "(SELECT count(*) FROM call_participants AS each WHERE each.call_sequence = calls.sequence) "
    "FROM calls WHERE sequence < (SELECT max(sequence) FROM calls) ORDER BY sequence";

constexpr FixedText deleteSessionsText =
    "DELETE FROM call_sessions WHERE participant_sequence IN "
    "(SELECT sequence FROM call_participants WHERE call_sequence = ?1)";
constexpr FixedText deleteParticipantsText = "DELETE FROM call_participants WHERE call_sequence = ?1";
constexpr FixedText deleteRingsText = "DELETE FROM call_rings WHERE call_sequence = ?1";
constexpr FixedText deleteCallText = "DELETE FROM calls WHERE sequence = ?1";

// Another user in the place of one, in the calls from ?5 (without) to ?6: ?1 and ?2 the user, ?3 and ?4 the
// other one.
constexpr FixedText lastOfPartText =
    "SELECT sequence FROM calls WHERE sequence > ?1 ORDER BY sequence LIMIT 1 OFFSET ?2";
constexpr FixedText namedInText =
    "SELECT sequence FROM calls WHERE sequence > ?3 AND sequence <= ?4 AND ("
    "(owner_type = ?1 AND owner_id = ?2) OR (ended_by_type = ?1 AND ended_by_id = ?2) OR EXISTS "
    "(SELECT 1 FROM call_participants AS each WHERE each.call_sequence = calls.sequence AND each.user_type = "
    "?1 AND each.user_id = ?2) OR EXISTS (SELECT 1 FROM call_rings AS ring WHERE ring.call_sequence = "
    "calls.sequence AND ring.user_type = ?1 AND ring.user_id = ?2))";
constexpr FixedText replaceOwnerText =
    "UPDATE calls SET owner_type = ?3, owner_id = ?4 WHERE sequence = ?5 AND owner_type = ?1 AND owner_id = "
    "?2";
constexpr FixedText replaceEnderText =
    "UPDATE calls SET ended_by_type = ?3, ended_by_id = ?4 WHERE sequence = ?5 AND ended_by_type = ?1 "
    "AND ended_by_id = ?2";
constexpr FixedText replaceParticipantText =
    "UPDATE call_participants SET user_type = ?3, user_id = ?4 WHERE call_sequence = ?5 AND user_type = ?1 "
    "AND user_id = ?2";
constexpr FixedText replaceRingText =
    "UPDATE call_rings SET user_type = ?3, user_id = ?4 WHERE call_sequence = ?5 AND user_type = ?1 "
    "AND user_id = ?2";
constexpr std::array<Sql, 4> replacing{replaceOwnerText, replaceEnderText, replaceParticipantText,
                                       replaceRingText};
constexpr FixedText raiseRevisionText = "UPDATE calls SET revision = revision + 1 WHERE sequence = ?1";

struct Candidates {
  std::vector<std::int64_t> calls;  ///< sequences
  std::size_t participants = 0;
};

/// Those that can be pruned, until `enough(found)`.
template <class Enough>
Candidates candidates(Connection& connection, StorageTime endedBefore, Enough enough) {
  Candidates found;
  Query row(connection, candidatesText, endedBefore);
  while (!enough(found) && row.next() && row.storageTime(1) < endedBefore) {
    if (!row.flag(2)) continue;
    found.calls.push_back(row.integer(0));
    found.participants += row.count(3);
  }
  return found;
}

}  // namespace

std::size_t SqliteCallStore::prune(const PruneRequest& request) {
  return pool_.write([&](Connection& connection) {
    const Candidates found = candidates(connection, request.endedBefore, [&](const Candidates& chosen) {
      return chosen.calls.size() >= request.limit || chosen.participants >= rowsAtOnce;
    });
    for (const std::int64_t call : found.calls) {
      Query(connection, deleteSessionsText, call).run();
      Query(connection, deleteParticipantsText, call).run();
      Query(connection, deleteRingsText, call).run();
      Query(connection, deleteCallText, call).run();
    }
    return found.calls.size();
  });
}

CallStore::Erased SqliteCallStore::erase(const EraseRequest& request) {
  return pool_.write([&](Connection& connection) {
    Erased erased;
    std::int64_t last = std::numeric_limits<std::int64_t>::max();
    if (Query row(connection, lastOfPartText, request.after, static_cast<std::int64_t>(request.limit) - 1);
        row.next()) {
      last = row.integer(0);
      erased.next = last;
    }
    std::vector<std::int64_t> calls;
    {
      Query row(connection, namedInText, request.user, request.after, last);
      while (row.next()) calls.push_back(row.integer(0));
    }
    for (const std::int64_t call : calls) {
      for (const Sql sql : replacing) Query(connection, sql, request.user, request.instead, call).run();
      Query(connection, raiseRevisionText, call).run();
    }
    erased.calls = calls.size();
    return erased;
  });
}

std::size_t SqliteCallStore::prunable(StorageTime endedBefore) {
  return pool_.readOne([&](Connection& connection) {
    return candidates(connection, endedBefore, [](const Candidates&) { return false; }).calls.size();
  });
}

}  // namespace messenger::sqlite
