#include <algorithm>
#include <limits>

#include "adapters/sqlite/changes.hpp"
#include "adapters/sqlite/sqlite_storage.hpp"

namespace messenger::sqlite {

namespace {

constexpr FixedText joinViewer =
    " FROM calls AS c LEFT JOIN call_participants AS p "
    "ON p.call_sequence = c.sequence AND p.user_type = ?1 AND p.user_id = ?2 ";

constexpr FixedText findText = "SELECT " + snapshotColumns + joinViewer + "WHERE c.id = ?3";

constexpr FixedText historyText = "SELECT " + snapshotColumns + joinViewer +
                                  "WHERE c.thread_id = ?3 AND c.sequence < ?4 "
                                  "ORDER BY c.sequence DESC LIMIT ?5";

constexpr FixedText totalText = "SELECT count(*) FROM calls WHERE thread_id = ?1";

constexpr FixedText activeOfThreadText =
    "SELECT " + snapshotColumns + joinViewer + "WHERE c.thread_id = ?3 AND c.ended_at IS NULL";

constexpr FixedText findParticipantText =
    "SELECT " + participantColumns +
    ", c.id FROM call_participants AS p JOIN calls AS c ON c.sequence = p.call_sequence WHERE p.id = ?1";

constexpr FixedText participantsText = "SELECT " + participantColumns +
                                       " FROM calls AS c JOIN call_participants AS p "
                                       "ON p.call_sequence = c.sequence WHERE c.id = ?1 ORDER BY p.sequence";

constexpr FixedText activeUpToText =
    "SELECT " + callColumns +
    " FROM calls AS c INDEXED BY calls_active "
    "WHERE c.ended_at IS NULL AND c.sequence > ?1 AND c.sequence <= ?2 ORDER BY c.sequence LIMIT ?3";

}  // namespace

std::optional<CallSnapshot> SqliteStorage::findCall(const CallId& call,
                                                    const std::optional<UserId>& viewer) const {
  return pool_.readOne([&](Connection& connection) -> std::optional<CallSnapshot> {
    Query row(connection, findText, viewer, call);
    if (!row.next()) return std::nullopt;
    return readSnapshot(row);
  });
}

std::optional<CallParticipant> SqliteStorage::findParticipant(const ParticipantId& participant) const {
  return pool_.readOne([&](Connection& connection) -> std::optional<CallParticipant> {
    Query row(connection, findParticipantText, participant);
    if (!row.next()) return std::nullopt;
    return readParticipant(row, 0, CallId{row.text(participantColumnCount)});
  });
}

std::vector<CallParticipant> SqliteStorage::participants(const CallId& call) const {
  return pool_.readOne([&](Connection& connection) {
    std::vector<CallParticipant> found;
    Query row(connection, participantsText, call);
    while (row.next()) found.push_back(readParticipant(row, 0, call));
    return found;
  });
}

HistoryPage SqliteStorage::history(const HistoryQuery& query) const {
  return pool_.read([&](Connection& connection) {
    HistoryPage page;
    const std::int64_t before = query.before.value_or(std::numeric_limits<std::int64_t>::max());
    Query row(connection, historyText, query.viewer, query.thread, before, query.limit + 1);
    while (row.next()) {
      if (page.calls.size() == query.limit) {
        page.more = true;
        break;
      }
      page.calls.push_back(readSnapshot(row));
    }
    Query total(connection, totalText, query.thread);
    total.next();
    page.total = total.count(0);
    return page;
  });
}

std::vector<CallSnapshot> SqliteStorage::activeCalls(const std::vector<ThreadId>& threads,
                                                     const UserId& viewer) const {
  return pool_.read([&](Connection& connection) {
    std::vector<CallSnapshot> found;
    for (const ThreadId& thread : threads) {
      Query row(connection, activeOfThreadText, viewer, thread);
      while (row.next()) found.push_back(readSnapshot(row));
    }
    // In the order of creation; a thread may be named twice.
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return a.call.sequence < b.call.sequence; });
    const auto repeated = std::unique(found.begin(), found.end(), [](const auto& a, const auto& b) {
      return a.call.sequence == b.call.sequence;
    });
    found.erase(repeated, found.end());
    return found;
  });
}

std::vector<Call> SqliteStorage::activeCallsUpTo(std::int64_t cutoff, std::int64_t after,
                                                 std::size_t limit) const {
  return pool_.readOne([&](Connection& connection) {
    std::vector<Call> found;
    Query row(connection, activeUpToText, after, cutoff, limit);
    while (row.next()) found.push_back(readCall(row));
    return found;
  });
}

}  // namespace messenger::sqlite
