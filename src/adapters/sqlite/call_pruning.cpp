#include <vector>

#include "adapters/sqlite/query.hpp"
#include "adapters/sqlite/sqlite_storage.hpp"

namespace messenger::sqlite {
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

std::size_t SqliteCallStore::prunable(StorageTime endedBefore) {
  return pool_.readOne([&](Connection& connection) {
    return candidates(connection, endedBefore, [](const Candidates&) { return false; }).calls.size();
  });
}

}  // namespace messenger::sqlite
