#include <algorithm>
#include <limits>

#include "adapters/sqlite/sqlite_storage.hpp"

namespace messenger::inline v0::sqlite {

namespace {

constexpr FixedText joinViewer =
    " FROM calls LEFT JOIN call_participants "
    "ON call_participants.call_sequence = calls.sequence AND call_participants.user_type = ?1 "
    "AND call_participants.user_id = ?2 "
    "LEFT JOIN call_rings ON call_rings.call_sequence = calls.sequence AND call_rings.user_type = ?1 "
    "AND call_rings.user_id = ?2 ";

// By the rings of the user.
constexpr FixedText ofCallee =
    " JOIN calls ON calls.sequence = call_rings.call_sequence LEFT JOIN call_participants "
    "ON call_participants.call_sequence = calls.sequence AND call_participants.user_type = ?1 "
    "AND call_participants.user_id = ?2 "
    "WHERE call_rings.user_type = ?1 AND call_rings.user_id = ?2 ";
constexpr FixedText missedText = "SELECT " + snapshotColumns +
                                 " FROM call_rings INDEXED BY call_rings_missed" + ofCallee +
                                 "AND call_rings.state IN (4, 6) AND call_rings.call_sequence < ?3 "
                                 "AND calls.created_at >= ?4 ORDER BY call_rings.call_sequence DESC";
constexpr FixedText unseenText =
    "SELECT count(*) FROM call_rings INDEXED BY call_rings_missed "
    "WHERE user_type = ?1 AND user_id = ?2 AND state IN (4, 6) AND seen = 0";
constexpr FixedText anySequenceText = "SELECT sequence FROM calls WHERE id = ?1";
constexpr FixedText markSeenText =
    "UPDATE call_rings SET seen = 1 WHERE user_type = ?1 AND user_id = ?2 AND state IN (4, 6) "
    "AND call_sequence <= ?3 AND seen = 0";
constexpr FixedText isInCallText =
    "SELECT 1 FROM call_participants INDEXED BY call_participants_of_user "
    "WHERE user_type = ?1 AND user_id = ?2 AND left_at IS NULL";
static_assert(static_cast<int>(RingState::missed) == 4 && static_cast<int>(RingState::busy) == 6);

constexpr FixedText historyText = "SELECT " + snapshotColumns + joinViewer +
                                  "WHERE calls.thread_id = ?3 AND calls.sequence < ?4 "
                                  "ORDER BY calls.sequence DESC";

constexpr FixedText sequenceText = "SELECT sequence FROM calls WHERE id = ?1 AND thread_id = ?2";
constexpr FixedText totalText = "SELECT count(*) FROM calls WHERE thread_id = ?1";

constexpr FixedText activeOfThreadText =
    "SELECT " + snapshotColumns + joinViewer + "WHERE calls.thread_id = ?3 AND calls.ended_at IS NULL";

constexpr FixedText findParticipantText =
    "SELECT " + participantColumns +
    ", calls.id FROM call_participants JOIN calls ON calls.sequence = call_participants.call_sequence "
    "WHERE call_participants.id = ?1";

constexpr FixedText participantsText =
    "SELECT " + participantColumns +
    " FROM calls JOIN call_participants ON call_participants.call_sequence = calls.sequence "
    "WHERE calls.id = ?1 AND call_participants.sequence > ?2 ORDER BY call_participants.sequence";

constexpr FixedText othersText =
    "SELECT user_type, user_id FROM call_participants "
    "WHERE call_sequence = ?1 AND NOT (user_type = ?2 AND user_id = ?3) ORDER BY sequence LIMIT ?4";

constexpr FixedText activeAfterText =
    "SELECT " + callColumns +
    " FROM calls INDEXED BY calls_active "
    "WHERE ended_at IS NULL AND sequence > ?1 AND sequence <= ?2 ORDER BY sequence";

constexpr FixedText summaryText =
    "SELECT count(*), coalesce(max(sequence), 0) FROM calls INDEXED BY calls_active "
    "WHERE ended_at IS NULL AND started_at < ?1";

// Calls before their rings: whose calls have ended are never looked at.
constexpr FixedText totalsText =
    "SELECT (SELECT count(*) FROM calls INDEXED BY calls_active WHERE ended_at IS NULL), "
    "(SELECT count(*) FROM call_sessions INDEXED BY call_sessions_silent WHERE closed_at IS NULL), "
    "(SELECT count(*) FROM calls INDEXED BY calls_active CROSS JOIN call_rings ON call_sequence = sequence "
    "WHERE ended_at IS NULL AND rings = 1 AND state = 1)";

/// The sequence of the call before which a page ends; empty when it is not a call of the thread.
std::optional<std::int64_t> findBefore(Connection& connection, const CallStore::HistoryQuery& query) {
  if (!query.before) return std::numeric_limits<std::int64_t>::max();
  Query row(connection, sequenceText, *query.before, query.thread);
  if (!row.next()) return std::nullopt;
  return row.integer(0);
}

std::vector<UserId> findOthers(Connection& connection, std::int64_t call, const UserId& viewer,
                               std::size_t limit) {
  std::vector<UserId> others;
  Query row(connection, othersText, call, viewer, static_cast<std::int64_t>(limit));
  while (row.next()) others.push_back({row.text(0), row.text(1)});
  return others;
}

}  // namespace

std::optional<CallParticipant> SqliteCallStore::findParticipant(const ParticipantId& participant) {
  return pool_.readOne([&](Connection& connection) -> std::optional<CallParticipant> {
    Query row(connection, findParticipantText, participant);
    if (!row.next()) return std::nullopt;
    return readParticipant(row, 0, CallId{row.text(participantColumnCount)});
  });
}

std::vector<CallParticipant> SqliteCallStore::participants(const ParticipantsQuery& query) {
  return pool_.readOne([&](Connection& connection) {
    Query rows(connection, participantsText, query.call, query.after);
    return readPage(rows, query.limit, {"participant"}, pool_.unreadable(),
                    [&](const Query& row) { return readParticipant(row, 0, query.call); });
  });
}

CallStore::HistoryPage SqliteCallStore::history(const HistoryQuery& query) {
  return pool_.read([&](Connection& connection) {
    HistoryPage page;
    const auto before = findBefore(connection, query);
    page.knowsBefore = before.has_value();
    if (!before) return page;
    Query rows(connection, historyText, query.viewer, query.thread, *before);
    page.calls = readPage(rows, query.limit + 1, {"call"}, pool_.unreadable(), readSnapshot);
    page.more = page.calls.size() > query.limit;
    if (page.more) page.calls.pop_back();
    if (query.with > 0) {
      for (CallSnapshot& each : page.calls)
        each.with = findOthers(connection, each.call.sequence, query.viewer, query.with);
    }
    Query total(connection, totalText, query.thread);
    total.next();
    page.total = total.count(0);
    return page;
  });
}

std::vector<CallSnapshot> SqliteCallStore::activeCalls(const std::vector<ThreadId>& threads,
                                                       const UserId& viewer) {
  return pool_.read([&](Connection& connection) {
    std::vector<CallSnapshot> found;
    for (const ThreadId& thread : threads) {
      Query row(connection, activeOfThreadText, viewer, thread);
      while (row.next()) {
        auto call = readOrNote(row, {"call"}, pool_.unreadable(), readSnapshot);
        if (call) found.push_back(std::move(*call));
      }
    }
    // In the order of creation; a thread may appear twice.
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return a.call.sequence < b.call.sequence; });
    const auto repeated = std::unique(found.begin(), found.end(), [](const auto& a, const auto& b) {
      return a.call.sequence == b.call.sequence;
    });
    found.erase(repeated, found.end());
    return found;
  });
}

std::vector<Call> SqliteCallStore::activeCallsAfter(const ActiveCallsQuery& query) {
  return pool_.readOne([&](Connection& connection) {
    Query rows(connection, activeAfterText, query.after, query.upTo);
    return readPage(rows, query.limit, {"call"}, pool_.unreadable(),
                    [](const Query& row) { return readCall(row).plain(); });
  });
}

CallStore::ActiveSummary SqliteCallStore::activeSummary(StorageTime startedBefore) {
  return pool_.readOne([&](Connection& connection) {
    Query row(connection, summaryText, startedBefore);
    row.next();
    return ActiveSummary{row.count(0), row.integer(1)};
  });
}

CallStore::Totals SqliteCallStore::totals() {
  return pool_.readOne([&](Connection& connection) {
    Query row(connection, totalsText);
    row.next();
    return Totals{row.count(0), row.count(1), row.count(2)};
  });
}

CallStore::MissedPage SqliteCallStore::missed(const MissedQuery& query) {
  return pool_.read([&](Connection& connection) {
    MissedPage page;
    std::int64_t before = std::numeric_limits<std::int64_t>::max();
    if (query.before) {
      Query row(connection, anySequenceText, *query.before);
      page.knowsBefore = row.next();
      if (!page.knowsBefore) return page;
      before = row.integer(0);
    }
    Query rows(connection, missedText, query.user, before, query.since);
    page.calls = readPage(rows, query.limit + 1, {"call"}, pool_.unreadable(), readSnapshot);
    page.more = page.calls.size() > query.limit;
    if (page.more) page.calls.pop_back();
    Query unseen(connection, unseenText, query.user);
    unseen.next();
    page.unseen = unseen.count(0);
    return page;
  });
}

std::size_t SqliteCallStore::markSeen(const UserId& user, std::int64_t upTo) {
  return pool_.write(
      [&](Connection& connection) { return Query(connection, markSeenText, user, upTo).run(); });
}

std::vector<UserId> SqliteCallStore::busy(const std::vector<UserId>& users) {
  return pool_.read([&](Connection& connection) {
    std::vector<UserId> found;
    for (const UserId& each : users) {
      if (Query(connection, isInCallText, each).next()) found.push_back(each);
    }
    return found;
  });
}

}  // namespace messenger::sqlite
