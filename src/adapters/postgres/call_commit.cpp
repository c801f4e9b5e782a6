#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>

#include "adapters/postgres/postgres_storage.hpp"
#include "adapters/postgres/steps.hpp"
#include "messenger/errors.hpp"

namespace messenger::inline v0::postgres {
namespace {

// A change is one transaction in one round trip. Its guard is the statement that writes the call; each one
// after it does something only to a call that its own transaction has written (steps.hpp). A guard that
// fails has written nothing and raises no error, so that the server logs none.
//
// Order of locks, for all: thread or switch (advisory), call, its jobs, its rows.

// $1 the call, $2 its revision, $3 the thread's, $4 whether it has rings, $5 and $6 the claim.
constexpr FixedText threadIsSame =
    "($3::bigint IS NULL OR $3::bigint = coalesce((SELECT thread_revisions.revision "
    "FROM @thread_revisions AS thread_revisions WHERE thread_revisions.thread_id = calls.thread_id), 0))";
constexpr FixedText guard =
    "WITH found AS MATERIALIZED (SELECT calls.sequence FROM @calls AS calls WHERE calls.id = $1::text "
    "AND calls.revision = $2::bigint AND " +
    threadIsSame +
    " FOR UPDATE), job AS MATERIALIZED (SELECT 1 FROM @jobs AS jobs WHERE jobs.id = $5::text "
    "AND jobs.token = $6::bigint AND jobs.leased_until IS NOT NULL AND EXISTS (SELECT 1 FROM found) "
    "FOR UPDATE) "
    "UPDATE @calls AS calls SET revision = calls.revision + 1, rings = calls.rings OR $4::bool";
constexpr FixedText guarded =
    " FROM found WHERE calls.sequence = found.sequence AND ($5::text IS NULL OR EXISTS (SELECT 1 FROM job)) "
    "RETURNING " +
    callColumns;
constexpr FixedText raiseText = guard + guarded;
constexpr FixedText updateText =
    guard +
    ", updated_at = $7::bigint, setup_complete = $8::bool, teardown_complete = $9::bool, "
    "room_may_exist = $10::bool, room_id = $11::text, room_pin = $12::text, room_payload = $13::text, "
    "room_secret = $14::text, ended_at = $15::bigint, end_reason = $16::smallint, "
    "ended_by_type = $17::text, ended_by_id = $18::text" +
    guarded;
constexpr FixedText isSameText =
    "SELECT EXISTS (SELECT 1 FROM @calls AS calls WHERE calls.id = $1::text AND calls.revision = $2::bigint "
    "AND " +
    threadIsSame + ")";

// The index calls_one_active_a_thread decides which start wins.
constexpr FixedText insertText =
    "WITH job AS MATERIALIZED (SELECT 1 FROM @jobs AS jobs WHERE jobs.id = $29::text "
    "AND jobs.token = $30::bigint AND jobs.leased_until IS NOT NULL FOR UPDATE), "
    "guards AS MATERIALIZED (SELECT ($20::bigint IS NULL OR $20::bigint = coalesce((SELECT revision "
    "FROM @thread_revisions WHERE thread_id = $2::text), 0)) AS is_same, "
    "($29::text IS NULL OR EXISTS (SELECT 1 FROM job)) AS has_claim, "
    "($21::bool AND EXISTS (SELECT 1 FROM @settings WHERE key = 'calls_down_until' "
    "AND value > $19::bigint)) AS is_down), "
    "made AS (INSERT INTO @calls (id, thread_id, owner_type, owner_id, type, created_at, updated_at, "
    "ended_at, end_reason, ended_by_type, ended_by_id, setup_complete, teardown_complete, room_may_exist, "
    "room_id, room_pin, room_payload, room_secret, started_at, revision, limit_participants, "
    "limit_duration, limit_warning, limit_alone, limit_empty, data, rings) "
    "SELECT $1::text, $2::text, $3::text, $4::text, $5::smallint, $6::bigint, $7::bigint, $8::bigint, "
    "$9::smallint, $10::text, $11::text, $12::bool, $13::bool, $14::bool, $15::text, $16::text, $17::text, "
    "$18::text, $19::bigint, 1, $22::bigint, $23::bigint, $24::bigint, $25::bigint, $26::bigint, $27::text, "
    "$28::bool FROM guards WHERE is_same AND has_claim AND NOT is_down "
    "ON CONFLICT (thread_id) WHERE ended_at IS NULL DO NOTHING RETURNING sequence) "
    "SELECT (SELECT sequence FROM made), is_same, has_claim, is_down FROM guards";

// Held until the commit: what raises the revision or sets the switch meanwhile waits, and sees the call then.
constexpr FixedText lockForStartText =
    "SELECT CASE WHEN $1::text IS NOT NULL THEN pg_advisory_xact_lock_shared(hashtextextended($1::text, "
    "$2::bigint)) END, CASE WHEN $3::bool THEN pg_advisory_xact_lock_shared($4::bigint) END";
constexpr FixedText lockThreadOfText =
    "SELECT pg_advisory_xact_lock(hashtextextended(calls.thread_id, $2::bigint)) FROM @calls AS calls "
    "WHERE calls.id = $1::text";

// One of another call with this id is no row of this call: its flag would become NULL, which is refused.
constexpr FixedText participantText =
    "INSERT INTO @call_participants AS present (id, call_sequence, user_type, user_id, kicked, left_at, "
    "created_at, updated_at, departed_at) SELECT $2::text, calls.sequence, $3::text, $4::text, $5::bool, "
    "$6::bigint, $7::bigint, $8::bigint, CASE WHEN $6::bigint IS NOT NULL THEN $9::bigint END "
    "FROM @calls AS calls WHERE " +
    isOurs +
    " ON CONFLICT (id) DO UPDATE SET "
    "kicked = CASE WHEN present.call_sequence = excluded.call_sequence THEN excluded.kicked END, "
    "left_at = excluded.left_at, updated_at = excluded.updated_at, departed_at = excluded.departed_at "
    "RETURNING present.sequence";

// Written so that the rows are found from the call on, whatever the planner knows of the tables.
constexpr FixedText closing =
    "UPDATE @call_sessions AS sessions SET closed_at = $2::bigint, departed_at = $3::bigint "
    "WHERE sessions.closed_at IS NULL AND sessions.participant_sequence = ";
constexpr FixedText ourParticipant =
    "(SELECT participants.sequence FROM @call_participants AS participants WHERE participants.id = $4::text "
    "AND participants.call_sequence = " +
    ourCall + ")";
constexpr FixedText returningKeys =
    " RETURNING (SELECT participants.user_type FROM @call_participants AS participants "
    "WHERE participants.sequence = sessions.participant_sequence), (SELECT participants.user_id "
    "FROM @call_participants AS participants "
    "WHERE participants.sequence = sessions.participant_sequence), sessions.device";
constexpr FixedText closeAllText =
    closing +
    "ANY (ARRAY (SELECT participants.sequence FROM @call_participants AS participants "
    "WHERE participants.left_at IS NULL AND participants.call_sequence = " +
    ourCall + "))" + returningKeys;
constexpr FixedText closeOfText = closing + ourParticipant + returningKeys;
constexpr FixedText closeText = closing + ourParticipant + " AND sessions.device = $5::text" + returningKeys;

// A session of nobody would get no number of a participant, which is refused.
constexpr FixedText openText =
    "INSERT INTO @call_sessions (participant_sequence, device, media_id, opened_at, last_seen_at, seen_by) "
    "SELECT (SELECT participants.sequence FROM @call_participants AS participants "
    "WHERE participants.id = $2::text AND participants.call_sequence = calls.sequence), $3::text, $4::text, "
    "$5::bigint, $6::bigint, $7::bigint FROM @calls AS calls WHERE " +
    isOurs +
    " ON CONFLICT (participant_sequence, device) DO UPDATE SET media_id = excluded.media_id, "
    "opened_at = excluded.opened_at, closed_at = NULL, last_seen_at = excluded.last_seen_at, "
    "seen_by = excluded.seen_by, departed_at = NULL";
constexpr FixedText forgetText =
    "DELETE FROM @call_sessions AS sessions WHERE sessions.device = $3::text "
    "AND sessions.closed_at IS NOT NULL AND sessions.participant_sequence = (SELECT participants.sequence "
    "FROM @call_participants AS participants WHERE participants.id = $2::text "
    "AND participants.call_sequence = " +
    ourCall + ")";

constexpr FixedText ringText =
    "INSERT INTO @call_rings (call_sequence, user_type, user_id, state, rang_at, updated_at, since, until, "
    "seen) SELECT calls.sequence, rings.type, rings.id, rings.state, rings.rang, rings.updated, rings.since, "
    "rings.until, rings.seen FROM @calls AS calls, unnest($2::text[], $3::text[], $4::smallint[], "
    "$5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bool[]) "
    "AS rings (type, id, state, rang, updated, since, until, seen) WHERE " +
    isOurs +
    " ON CONFLICT (call_sequence, user_type, user_id) DO UPDATE SET state = excluded.state, "
    "rang_at = excluded.rang_at, updated_at = excluded.updated_at, since = excluded.since, "
    "until = excluded.until, seen = excluded.seen";

constexpr FixedText everyoneLeavesText =
    "UPDATE @call_participants AS call_participants SET left_at = $2::bigint, updated_at = $2::bigint, "
    "departed_at = $3::bigint WHERE call_participants.left_at IS NULL "
    "AND call_participants.call_sequence = " +
    ourCall + " RETURNING " + participantColumns;

constexpr FixedText removeMemberText =
    "WITH gone AS (DELETE FROM @thread_members AS members WHERE members.user_type = $2::text "
    "AND members.user_id = $3::text AND members.thread_id = (SELECT calls.thread_id FROM @calls AS calls "
    "WHERE " +
    isOurs +
    ") RETURNING members.thread_id), counted AS (UPDATE @threads AS threads SET members = threads.members - "
    "1 "
    "FROM gone WHERE threads.id = gone.thread_id) " +
    raiseGone;

constexpr FixedText andIsOurs = " AND EXISTS (SELECT 1 FROM @calls AS calls WHERE " + isOurs + ")";
constexpr FixedText doneText = "DELETE FROM @jobs AS jobs WHERE " + claimHolds + andIsOurs;
constexpr FixedText retryText =
    "UPDATE @jobs AS jobs SET leased_until = NULL, available_at = $4::bigint, last_error = $5::text "
    "WHERE " +
    claimHolds + andIsOurs;
constexpr FixedText failText =
    "UPDATE @jobs AS jobs SET leased_until = NULL, failed = true, last_error = $4::text "
    "WHERE " +
    claimHolds + andIsOurs;
constexpr FixedText cancelText =
    "DELETE FROM @jobs AS jobs WHERE jobs.call_id = $1::text AND jobs.type = ANY ($2::smallint[])" +
    andIsOurs;
constexpr FixedText jobText = insertJob + "SELECT " + jobValues + " FROM @calls AS calls WHERE " + isOurs;

constexpr FixedText threadText =
    "SELECT " + threadColumns +
    " FROM @calls AS calls JOIN @threads AS threads ON threads.id = calls.thread_id "
    "WHERE calls.id = $1::text";
constexpr FixedText rosterText =
    "SELECT " + threadColumns +
    ", members.user_type, members.user_id, users.name, members.admin, members.start_calls, members.pending, "
    "members.muted FROM @calls AS calls JOIN @threads AS threads ON threads.id = calls.thread_id "
    "LEFT JOIN @thread_members AS members ON members.thread_id = threads.id "
    "LEFT JOIN @users AS users ON users.type = members.user_type AND users.id = members.user_id "
    "WHERE calls.id = $1::text ORDER BY members.sequence";

constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

/// The statements of a change, and what they answered.
class Committing {
 public:
  Committing(const CallChange& change, const ConnectionPool& pool) : change_(change), pool_(pool) {
    lock();
    addGuard();
    addRows();
    addJobs();
    announceJobs();
    if (change.answersThread == CallChange::ThreadAnswer::nothing) return;
    // Constants, as clang 14 with sanitizers crashes on immediate functions within `?:`.
    constexpr Sql thread = threadText;
    constexpr Sql roster = rosterText;
    batch.next();
    answer_ = batch.add(withMembers() ? roster : thread, key(change.call));
  }

  [[nodiscard]] CommitResult read(const Results& results, UnreadableRows& unreadable) const {
    CommitResult result;
    result.status = isNew() ? readNew(results, result.call) : readChanged(results, result.call);
    if (result.status != CommitResult::Status::committed) return result;
    readRows(results, result);
    if (answer_ != none && results.has(answer_))
      result.roster = readRoster(results.rows(answer_), unreadable);
    return result;
  }

  Batch batch;

 private:
  [[nodiscard]] bool isNew() const noexcept { return change_.expectedRevision == 0; }
  [[nodiscard]] bool withMembers() const noexcept {
    return change_.answersThread == CallChange::ThreadAnswer::roster;
  }

  void lock() {
    const std::int64_t threads = pool_.lockKey(ConnectionPool::LockOf::threads);
    if (isNew() && (change_.threadRevision || change_.unlessCallsDown)) {
      const std::optional<ThreadId> thread =
          change_.threadRevision ? std::optional{change_.row->threadId} : std::nullopt;
      batch.add(lockForStartText, key(thread), threads, change_.unlessCallsDown,
                pool_.lockKey(ConnectionPool::LockOf::callsDown));
    }
    if (change_.removesMember) batch.add(lockThreadOfText, key(change_.call), threads);
  }

  void addGuard() {
    std::optional<JobId> job;
    std::optional<std::int64_t> token;
    if (change_.settles) {
      job = change_.settles->job;
      token = change_.settles->token;
    }
    const bool rings = !change_.rings.empty();
    if (isNew()) {
      addInsert(job, token, rings);
      return;
    }
    if (change_.row) {
      const CallWithRoom& row = *change_.row;
      const Room room = row.room.value_or(Room{});
      guard_ =
          batch.add(updateText, key(change_.call), change_.expectedRevision, change_.threadRevision, rings,
                    key(job), token, row.updatedAt, row.setupComplete, row.teardownComplete, row.roomMayExist,
                    room.id, room.pin, room.payload, room.secret, row.endedAt, row.endReason, row.endedBy);
    } else {
      guard_ = batch.add(raiseText, key(change_.call), change_.expectedRevision, change_.threadRevision,
                         rings, key(job), token);
    }
    if (job) {
      isSame_ = batch.add(isSameText, key(change_.call), change_.expectedRevision, change_.threadRevision);
    }
  }

  void addInsert(const std::optional<JobId>& job, std::optional<std::int64_t> token, bool rings) {
    const CallWithRoom& call = *change_.row;
    const Room room = call.room.value_or(Room{});
    guard_ = batch.add(insertText, change_.call, call.threadId, call.owner, call.type, call.createdAt,
                       call.updatedAt, call.endedAt, call.endReason, call.endedBy, call.setupComplete,
                       call.teardownComplete, call.roomMayExist, room.id, room.pin, room.payload, room.secret,
                       change_.now, change_.threadRevision, change_.unlessCallsDown, call.limits.participants,
                       call.limits.duration.count(), call.limits.warning.count(), call.limits.alone.count(),
                       call.limits.emptyGrace.count(), call.data, rings, key(job), token);
  }

  void addRows() {
    for (const CallParticipant& each : change_.participants) {
      participants_.push_back(batch.add(participantText, key(change_.call), each.id, each.user, each.kicked,
                                        each.leftAt, each.createdAt, each.updatedAt, change_.now));
      if (each.leftAt)
        closed_.push_back(batch.add(closeOfText, key(change_.call), each.leftAt, change_.now, each.id));
    }
    if (change_.forgets)
      batch.add(forgetText, key(change_.call), key(change_.forgets->first), key(change_.forgets->second));
    for (const CallSession& each : change_.sessions) {
      if (each.open()) {
        batch.add(openText, key(change_.call), each.participant, each.device, each.mediaId, each.openedAt,
                  change_.now, change_.seenBy);
      } else {
        closed_.push_back(batch.add(closeText, key(change_.call), each.closedAt, change_.now,
                                    key(each.participant), key(each.device)));
      }
    }
    addRings();
    if (change_.everyoneLeaves) {
      closed_.push_back(batch.add(closeAllText, key(change_.call), change_.everyoneLeaves, change_.now));
      left_ = batch.add(everyoneLeavesText, key(change_.call), change_.everyoneLeaves, change_.now);
    }
    if (change_.removesMember) batch.add(removeMemberText, key(change_.call), key(*change_.removesMember));
  }

  void addRings() {
    if (change_.rings.empty()) return;
    UserArrays users;
    Array states;
    Array rang;
    Array updated;
    Array since;
    Array until;
    Array seen;
    for (const CallRing& each : change_.rings) {
      users.add(each.user);
      states.add(static_cast<std::int64_t>(each.state));
      rang.add(each.rangAt);
      updated.add(each.updatedAt);
      since.add(each.since);
      until.add(each.until);
      seen.add(each.seen);
    }
    batch.add(ringText, key(change_.call), users.types, users.ids, states, rang, updated, since, until, seen);
  }

  void addJobs() {
    if (change_.settles) addSettlement(*change_.settles);
    if (!change_.cancels.empty()) {
      Array types;
      for (const JobType each : change_.cancels) types.add(static_cast<std::int64_t>(each));
      batch.add(cancelText, key(change_.call), types);
    }
    for (const NewJob& each : change_.jobs) {
      batch.add(jobText, key(change_.call), each.id, each.type, each.queue, each.call, each.cutoff,
                each.createdAt, each.availableAt, each.mediaId);
    }
  }

  void announceJobs() {
    const auto due = std::find_if(change_.jobs.begin(), change_.jobs.end(),
                                  [&](const NewJob& each) { return isAnnounced(each, pool_); });
    if (due != change_.jobs.end()) addAnnouncement(batch, pool_, due->id);
  }

  void addSettlement(const Settlement& settles) {
    switch (settles.kind) {
      case Settlement::Kind::done:
        batch.add(doneText, key(change_.call), key(settles.job), settles.token);
        return;
      case Settlement::Kind::retry:
        batch.add(retryText, key(change_.call), key(settles.job), settles.token, settles.availableAt,
                  settles.error);
        return;
      case Settlement::Kind::fail:
        batch.add(failText, key(change_.call), key(settles.job), settles.token, settles.error);
        return;
    }
  }

  [[nodiscard]] CommitResult::Status readNew(const Results& results, CallWithRoom& call) const {
    using Status = CommitResult::Status;
    const Rows row = results.row(guard_);
    if (!row.isNull(0)) {
      call = *change_.row;
      call.sequence = row.integer(0);
      call.revision = 1;
      return Status::committed;
    }
    if (!row.flag(1)) return Status::conflict;
    if (!row.flag(2)) return Status::claimLost;
    return row.flag(3) ? Status::callsDown : Status::activeCallExists;
  }

  [[nodiscard]] CommitResult::Status readChanged(const Results& results, CallWithRoom& call) const {
    using Status = CommitResult::Status;
    Rows row = results.rows(guard_);
    if (row.next()) {
      call = readCall(row);
      return Status::committed;
    }
    const bool isSame = isSame_ != none && results.row(isSame_).flag(0);
    return isSame ? Status::claimLost : Status::conflict;
  }

  void readRows(const Results& results, CommitResult& result) const {
    for (std::size_t i = 0; i < participants_.size(); ++i) {
      CallParticipant written = change_.participants[i];
      written.sequence = results.row(participants_[i]).integer(0);
      result.participants.push_back(std::move(written));
    }
    for (const std::size_t statement : closed_) {
      Rows row = results.rows(statement);
      while (row.next()) result.closed.push_back({change_.call, row.user(0), DeviceId{row.text(2)}});
    }
    if (left_ == none) return;
    Rows row = results.rows(left_);
    while (row.next()) result.left.push_back(readParticipant(row, 0, change_.call));
    std::sort(result.left.begin(), result.left.end(),
              [](const auto& one, const auto& other) { return one.sequence < other.sequence; });
  }

  /// The change is committed: nothing is thrown.
  [[nodiscard]] std::optional<Roster> readRoster(Rows row, UnreadableRows& unreadable) const {
    if (!row.next()) return std::nullopt;
    const auto thread = readOrNote(row, {"thread", /*idColumn=*/0}, unreadable,
                                   [](const Rows& each) { return readThread(each, 0); });
    if (!thread) return std::nullopt;
    Roster roster{*thread};
    if (!withMembers()) return roster;
    for (bool more = !row.isNull(threadColumnCount); more; more = row.next()) {
      roster.members.push_back(readMember(row, threadColumnCount));
    }
    return roster;
  }

  const CallChange& change_;
  const ConnectionPool& pool_;
  std::size_t guard_ = none;
  std::size_t isSame_ = none;
  std::size_t left_ = none;
  std::size_t answer_ = none;
  std::vector<std::size_t> participants_;
  std::vector<std::size_t> closed_;
};

constexpr FixedText raiseThreadText = "WITH gone AS (SELECT $1::text AS thread_id) " + raiseGone;

}  // namespace

CommitResult PostgresCallStore::commit(const CallChange& change) {
  if (change.expectedRevision == 0 && !change.row) throw StorageError("a new call needs its row");
  const Committing committing(change, pool_);
  return committing.read(pool_.write(committing.batch), pool_.unreadable());
}

void PostgresCallStore::raiseThreadRevision(const ThreadId& thread) {
  Batch batch;
  batch.add(lockThreadText, thread, pool_.lockKey(ConnectionPool::LockOf::threads));
  batch.add(raiseThreadText, thread);
  static_cast<void>(pool_.write(std::move(batch)));
}

}  // namespace messenger::postgres
