#include <limits>

#include "adapters/postgres/postgres_storage.hpp"
#include "adapters/postgres/steps.hpp"

namespace messenger::inline v0::postgres {
namespace {

constexpr std::int64_t fromTheNewest = std::numeric_limits<std::int64_t>::max();

constexpr FixedText findParticipantText =
    "SELECT " + participantColumns +
    ", calls.id FROM @call_participants AS call_participants "
    "JOIN @calls AS calls ON calls.sequence = call_participants.call_sequence "
    "WHERE call_participants.id = $1::text";

constexpr FixedText participantsText =
    "SELECT " + participantColumns +
    " FROM @calls AS calls JOIN @call_participants AS call_participants "
    "ON call_participants.call_sequence = calls.sequence "
    "WHERE calls.id = $1::text AND call_participants.sequence > $2::bigint "
    "ORDER BY call_participants.sequence LIMIT $3::bigint";

// Pages that go backwards. $1 and $2 the viewer.
constexpr FixedText historyText = "SELECT " + snapshotColumns + snapshotTables +
                                  "WHERE calls.thread_id = $3::text AND calls.sequence < $4::bigint "
                                  "ORDER BY calls.sequence DESC LIMIT $5::bigint";
constexpr FixedText totalText =
    "SELECT count(*), (SELECT sequence FROM @calls WHERE id = $2::text AND thread_id = $1::text) "
    "FROM @calls WHERE thread_id = $1::text";

// Others than the viewer, of each of these calls at most so many.
constexpr FixedText othersText =
    "SELECT wanted.sequence, others.user_type, others.user_id FROM unnest($3::bigint[]) AS wanted (sequence) "
    "CROSS JOIN LATERAL (SELECT each.sequence, each.user_type, each.user_id FROM @call_participants AS each "
    "WHERE each.call_sequence = wanted.sequence AND NOT (each.user_type = $1::text AND each.user_id = "
    "$2::text) "
    "ORDER BY each.sequence LIMIT $4::bigint) AS others ORDER BY wanted.sequence DESC, others.sequence";

constexpr FixedText activeText =
    "SELECT " + snapshotColumns + snapshotTables +
    "WHERE calls.thread_id = ANY ($3::text[]) AND calls.ended_at IS NULL ORDER BY calls.sequence";

constexpr FixedText activeAfterText =
    "SELECT " + callColumns +
    " FROM @calls AS calls WHERE end_reason IS NULL AND sequence > $1::bigint AND sequence <= $2::bigint "
    "ORDER BY sequence LIMIT $3::bigint";

constexpr FixedText summaryText =
    "SELECT count(*), coalesce(max(sequence), 0) FROM @calls WHERE end_reason IS NULL "
    "AND started_at < $1::bigint";

// The rings of active calls are found by the call, with which their primary key begins.
constexpr FixedText totalsText =
    "SELECT (SELECT count(*) FROM @calls WHERE end_reason IS NULL), "
    "(SELECT count(*) FROM @call_sessions WHERE departed_at IS NULL), "
    "(SELECT count(*) FROM @calls AS calls JOIN @call_rings AS call_rings "
    "ON call_rings.call_sequence = calls.sequence WHERE calls.end_reason IS NULL AND call_rings.state = 1)";

constexpr FixedText missedText =
    "SELECT " + snapshotColumns +
    " FROM @call_rings AS call_rings JOIN @calls AS calls ON calls.sequence = call_rings.call_sequence "
    "LEFT JOIN @call_participants AS call_participants ON call_participants.call_sequence = calls.sequence "
    "AND call_participants.user_type = $1::text AND call_participants.user_id = $2::text "
    "WHERE call_rings.user_type = $1::text AND call_rings.user_id = $2::text "
    "AND call_rings.state IN (4, 6) AND call_rings.call_sequence < $3::bigint "
    "AND calls.created_at >= $4::bigint ORDER BY call_rings.call_sequence DESC LIMIT $5::bigint";
constexpr FixedText unseenText =
    "SELECT count(*), (SELECT sequence FROM @calls WHERE id = $3::text) FROM @call_rings "
    "WHERE user_type = $1::text AND user_id = $2::text AND state IN (4, 6) AND NOT seen";
constexpr FixedText markSeenText =
    "UPDATE @call_rings SET seen = true WHERE user_type = $1::text AND user_id = $2::text "
    "AND state IN (4, 6) AND call_sequence <= $3::bigint AND NOT seen";
static_assert(static_cast<int>(RingState::missed) == 4 && static_cast<int>(RingState::busy) == 6);

constexpr FixedText busyText =
    "SELECT wanted.place FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS wanted (type, id, place) "
    "WHERE EXISTS (SELECT 1 FROM @call_participants AS participants WHERE participants.user_type = "
    "wanted.type "
    "AND participants.user_id = wanted.id AND participants.departed_at IS NULL) ORDER BY wanted.place";

}  // namespace

std::optional<CallParticipant> PostgresCallStore::findParticipant(const ParticipantId& participant) {
  Batch batch;
  batch.add(findParticipantText, key(participant));
  const Results results = pool_.read(std::move(batch));
  Rows row = results.rows(0);
  if (!row.next()) return std::nullopt;
  return readParticipant(row, 0, CallId{row.text(participantColumnCount)});
}

std::vector<CallParticipant> PostgresCallStore::participants(const ParticipantsQuery& query) {
  Batch batch;
  batch.add(participantsText, key(query.call), query.after, mostRows(query.limit));
  const Results results = pool_.read(std::move(batch));
  Rows rows = results.rows(0);
  return readPage(rows, query.limit, {"participant"}, pool_.unreadable(),
                  [&](const Rows& row) { return readParticipant(row, 0, query.call); });
}

CallStore::HistoryPage PostgresCallStore::history(const HistoryQuery& query) {
  const Deadline until = pool_.deadline();
  HistoryPage page;
  Batch total;
  total.add(totalText, key(query.thread), key(query.before));
  const Results counted = pool_.read(std::move(total), until);
  const Rows row = counted.row(0);
  const std::int64_t before = query.before ? row.maybeInteger(1).value_or(-1) : fromTheNewest;
  page.knowsBefore = before >= 0;
  if (!page.knowsBefore) return page;
  page.total = row.count(0);
  const auto ask = [&](std::int64_t after, std::int64_t most) {
    Batch batch;
    batch.add(historyText, key(query.viewer), key(query.thread), after, most);
    return pool_.read(std::move(batch), until);
  };
  page.calls = readListing(before, query.limit + 1, {"call"}, pool_.unreadable(), ask, readSnapshot);
  page.more = page.calls.size() > query.limit;
  if (page.more) page.calls.pop_back();
  if (query.with > 0 && !page.calls.empty()) addOthers(page.calls, query, until);
  return page;
}

void PostgresCallStore::addOthers(std::vector<CallSnapshot>& calls, const HistoryQuery& query,
                                  const Deadline& until) {
  Array sequences;
  for (const CallSnapshot& each : calls) sequences.add(each.call.sequence);
  Batch batch;
  batch.add(othersText, key(query.viewer), sequences, mostRows(query.with));
  const Results results = pool_.read(std::move(batch), until);
  Rows row = results.rows(0);
  auto call = calls.begin();  // both are the newest first
  while (row.next()) {
    while (call->call.sequence != row.integer(0)) ++call;
    call->with.push_back(row.user(1));
  }
}

std::vector<CallSnapshot> PostgresCallStore::activeCalls(const std::vector<ThreadId>& threads,
                                                         const UserId& viewer) {
  Array wanted;
  for (const ThreadId& each : threads) wanted.addKey(each.value());
  Batch batch;
  batch.add(activeText, key(viewer), wanted);
  const Results results = pool_.read(std::move(batch));
  Rows rows = results.rows(0);
  return readPage(rows, std::numeric_limits<std::size_t>::max(), {"call"}, pool_.unreadable(), readSnapshot);
}

std::vector<Call> PostgresCallStore::activeCallsAfter(const ActiveCallsQuery& query) {
  const Deadline until = pool_.deadline();
  const auto ask = [&](std::int64_t after, std::int64_t most) {
    Batch batch;
    batch.add(activeAfterText, after, query.upTo, most);
    return pool_.read(std::move(batch), until);
  };
  return readListing(query.after, query.limit, {"call"}, pool_.unreadable(), ask,
                     [](const Rows& row) { return readCall(row).plain(); });
}

CallStore::ActiveSummary PostgresCallStore::activeSummary(StorageTime startedBefore) {
  Batch batch;
  batch.add(summaryText, startedBefore);
  const Results results = pool_.read(std::move(batch));
  const Rows row = results.row(0);
  return {row.count(0), row.integer(1)};
}

CallStore::Totals PostgresCallStore::totals() {
  Batch batch;
  batch.add(totalsText);
  const Results results = pool_.read(std::move(batch));
  const Rows row = results.row(0);
  return {row.count(0), row.count(1), row.count(2)};
}

CallStore::MissedPage PostgresCallStore::missed(const MissedQuery& query) {
  const Deadline until = pool_.deadline();
  MissedPage page;
  Batch unseen;
  unseen.add(unseenText, key(query.user), key(query.before));
  const Results counted = pool_.read(std::move(unseen), until);
  const Rows row = counted.row(0);
  const std::int64_t before = query.before ? row.maybeInteger(1).value_or(-1) : fromTheNewest;
  page.knowsBefore = before >= 0;
  if (!page.knowsBefore) return page;
  page.unseen = row.count(0);
  const auto ask = [&](std::int64_t after, std::int64_t most) {
    Batch batch;
    batch.add(missedText, key(query.user), after, query.since, most);
    return pool_.read(std::move(batch), until);
  };
  page.calls = readListing(before, query.limit + 1, {"call"}, pool_.unreadable(), ask, readSnapshot);
  page.more = page.calls.size() > query.limit;
  if (page.more) page.calls.pop_back();
  return page;
}

std::size_t PostgresCallStore::markSeen(const UserId& user, std::int64_t upTo) {
  Batch batch;
  batch.add(markSeenText, key(user), upTo);
  return pool_.write(std::move(batch)).changed(0);
}

std::vector<UserId> PostgresCallStore::busy(const std::vector<UserId>& users) {
  UserArrays wanted;
  for (const UserId& each : users) wanted.addKey(each);
  Batch batch;
  batch.add(busyText, wanted.types, wanted.ids);
  const Results results = pool_.read(std::move(batch));
  std::vector<UserId> found;
  Rows row = results.rows(0);
  while (row.next()) found.push_back(users.at(row.count(0) - 1));
  return found;
}

}  // namespace messenger::postgres
