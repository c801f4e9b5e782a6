#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "adapters/sqlite/sqlite_storage.hpp"
#include "adapters/sqlite/steps.hpp"

namespace messenger::sqlite {

namespace {

// load: one statement gives the call, the user's row, the counts, the thread's revision, the switch, and the
// membership. ?1 and ?2 the user, ?3 the call or the thread, ?4 how far to count.

constexpr FixedText pictureColumns =
    callColumns + ", " + participantColumns +
    ", call_participants.last_seen_at, "
    "(SELECT count(*) FROM (SELECT 1 FROM call_participants AS each "
    "WHERE each.call_sequence = calls.sequence AND each.left_at IS NULL LIMIT ?4)), "
    "coalesce((SELECT revision FROM thread_revisions WHERE thread_id = coalesce(calls.thread_id, ?3)), 0), "
    "(SELECT value FROM settings WHERE key = 'calls_down_until')";
constexpr int lastSeenColumn = callColumnCount + participantColumnCount;
constexpr int inCallColumn = lastSeenColumn + 1;
constexpr int revisionColumn = lastSeenColumn + 2;
constexpr int downColumn = lastSeenColumn + 3;
constexpr int membershipColumn = lastSeenColumn + 4;

constexpr FixedText ofCall = " FROM (SELECT 1) LEFT JOIN calls ON calls.id = ?3 ";
constexpr FixedText ofThread =
    " FROM (SELECT 1) LEFT JOIN calls ON calls.thread_id = ?3 AND calls.ended_at IS NULL ";
constexpr FixedText joinUser =
    "LEFT JOIN call_participants ON call_participants.call_sequence = calls.sequence "
    "AND call_participants.user_type = ?1 AND call_participants.user_id = ?2 ";

constexpr FixedText byCallText = "SELECT " + pictureColumns + ofCall + joinUser;
constexpr FixedText byThreadText = "SELECT " + pictureColumns + ofThread + joinUser;
constexpr FixedText byCallWithMemberText = "SELECT " + pictureColumns + ", " + membershipColumns + ofCall +
                                           joinUser + "LEFT JOIN threads ON threads.id = calls.thread_id " +
                                           membershipJoins;
constexpr FixedText byThreadWithMemberText = "SELECT " + pictureColumns + ", " + membershipColumns +
                                             ofThread + joinUser + "LEFT JOIN threads ON threads.id = ?3 " +
                                             membershipJoins;

constexpr FixedText participantText =
    "SELECT " + participantColumns + " FROM call_participants WHERE id = ?1 AND call_sequence = ?2";
constexpr FixedText everyoneText = "SELECT " + participantColumns +
                                   " FROM call_participants WHERE call_sequence = ?1 AND left_at IS NULL "
                                   "ORDER BY sequence";

CallStore::Loaded readPicture(const Query& row, bool withMembership) {
  CallStore::Loaded loaded;
  loaded.threadRevision = row.integer(revisionColumn);
  loaded.callsDownUntil = row.maybeStorageTime(downColumn);
  if (!row.isNull(0)) {
    CallState& state = loaded.call.emplace();
    state.call = readCall(row);
    state.inCall = row.count(inCallColumn);
    if (auto user = readMaybeParticipant(row, callColumnCount, state.call.id)) {
      if (!user->leftAt) loaded.lastSeen = row.storageTime(lastSeenColumn);
      state.participants.push_back(std::move(*user));
    }
  }
  if (withMembership) loaded.membership = readMembership(row, membershipColumn);
  return loaded;
}

CallStore::Loaded loadPicture(Connection& connection, const CallStore::LoadRequest& request) {
  // Constants, as clang 14 with sanitizers crashes on immediate functions within `?:`.
  constexpr Sql byCall = byCallText;
  constexpr Sql byThread = byThreadText;
  constexpr Sql byCallWithMember = byCallWithMemberText;
  constexpr Sql byThreadWithMember = byThreadWithMemberText;
  const std::string& key = request.call ? request.call->value() : request.thread.value().value();
  const auto most = static_cast<std::int64_t>(
      std::min<std::size_t>(request.countUpTo, std::numeric_limits<std::int64_t>::max()));
  const Sql plain = request.call ? byCall : byThread;
  const Sql withMember = request.call ? byCallWithMember : byThreadWithMember;
  Query row(connection, request.membership ? withMember : plain, request.user, key, most);
  row.next();
  return readPicture(row, request.membership);
}

void loadOthers(Connection& connection, const CallStore::LoadRequest& request, CallState& state) {
  const std::int64_t sequence = state.call.sequence;
  if (request.participant) {
    Query row(connection, participantText, *request.participant, sequence);
    if (row.next()) {
      CallParticipant participant = readParticipant(row, 0, state.call.id);
      if (state.find(participant.id) == nullptr) state.participants.push_back(std::move(participant));
    }
  }
  if (request.everyoneInCall) {
    // Each once, also the user or the participant who is in it.
    std::erase_if(state.participants, [](const CallParticipant& each) { return !each.leftAt; });
    Query row(connection, everyoneText, sequence);
    while (row.next()) state.participants.push_back(readParticipant(row, 0, state.call.id));
  }
}

// commit: the first statement is the guard and writes the call's own row. When it finds no row, nothing has
// been written, and a second look finds the reason.

constexpr FixedText threadUnchanged =
    "(?3 IS NULL OR ?3 = coalesce((SELECT revision FROM thread_revisions "
    "WHERE thread_revisions.thread_id = calls.thread_id), 0)) ";
constexpr FixedText guards = "WHERE id = ?1 AND revision = ?2 AND " + threadUnchanged;

constexpr FixedText raiseText =
    "UPDATE calls SET revision = revision + 1 " + guards + "RETURNING " + callColumns;

constexpr FixedText updateText =
    "UPDATE calls SET revision = revision + 1, updated_at = ?4, ended_at = ?5, end_reason = ?6, "
    "ended_by_type = ?7, ended_by_id = ?8, setup_complete = ?9, teardown_complete = ?10, "
    "room_may_exist = ?11, room_id = ?12, room_pin = ?13, room_payload = ?14, room_secret = ?15 " +
    guards + "RETURNING " + callColumns;

constexpr FixedText unchangedText = "SELECT 1 FROM calls " + guards;

// The index calls_one_active_a_thread decides which start wins.
constexpr FixedText insertText =
    "INSERT INTO calls (id, thread_id, owner_type, owner_id, type, created_at, updated_at, ended_at, "
    "end_reason, ended_by_type, ended_by_id, setup_complete, teardown_complete, room_may_exist, room_id, "
    "room_pin, room_payload, room_secret, started_at, revision) "
    "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, 1 "
    "WHERE (?20 IS NULL OR ?20 = coalesce((SELECT revision FROM thread_revisions WHERE thread_id = ?2), 0)) "
    "AND (?21 = 0 OR NOT EXISTS (SELECT 1 FROM settings WHERE key = 'calls_down_until' AND value > ?19)) "
    "ON CONFLICT (thread_id) WHERE ended_at IS NULL DO NOTHING";

constexpr FixedText revisionText =
    "SELECT coalesce((SELECT revision FROM thread_revisions WHERE thread_id = ?1), 0)";
constexpr FixedText downText = "SELECT 1 FROM settings WHERE key = 'calls_down_until' AND value > ?1";

// The table's UNIQUE (call, user) allows one row for each user. For a participant who is not in the call the
// time of the last heartbeat stays; a new row needs one.
constexpr FixedText participantWriteText =
    "INSERT INTO call_participants (id, call_sequence, user_type, user_id, kicked, left_at, created_at, "
    "updated_at, last_seen_at, seen_by, departed_at) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, iif(?6 IS NULL, NULL, ?9)) "
    "ON CONFLICT (id) DO UPDATE SET kicked = excluded.kicked, left_at = excluded.left_at, "
    "updated_at = excluded.updated_at, "
    "last_seen_at = iif(excluded.left_at IS NULL, excluded.last_seen_at, last_seen_at), "
    "seen_by = iif(excluded.left_at IS NULL, excluded.seen_by, seen_by), "
    "departed_at = excluded.departed_at "
    "WHERE call_participants.call_sequence = excluded.call_sequence RETURNING sequence";

constexpr FixedText everyoneLeavesText =
    "UPDATE call_participants SET left_at = ?2, updated_at = ?2, departed_at = ?3 "
    "WHERE call_sequence = ?1 AND left_at IS NULL RETURNING " +
    participantColumns;

/// A room's columns; the secret as text, which lives as long as this.
struct RoomColumns {
  explicit RoomColumns(const std::optional<Room>& given) : room(given.value_or(Room{})) {
    if (room.secret) secret = room.secret->reveal();
  }
  Room room;
  std::optional<std::string> secret;
};

CommitResult::Status whyNotChanged(Connection& connection, const CallChange& change) {
  const bool unchanged =
      Query(connection, unchangedText, change.call, change.expectedRevision, change.threadRevision).next();
  return unchanged ? CommitResult::Status::claimLost : CommitResult::Status::conflict;
}

std::optional<CallWithRoom> changeRow(Connection& connection, const CallChange& change) {
  const auto read = [](Query& row) -> std::optional<CallWithRoom> {
    if (!row.next()) return std::nullopt;
    CallWithRoom call = readCall(row);
    row.run();
    return call;
  };
  if (!change.row) {
    Query row(connection, raiseText, change.call, change.expectedRevision, change.threadRevision);
    return read(row);
  }
  const CallWithRoom& wanted = *change.row;
  const RoomColumns room(wanted.room);
  Query row(connection, updateText, change.call, change.expectedRevision, change.threadRevision,
            wanted.updatedAt, wanted.endedAt, wanted.endReason, wanted.endedBy, wanted.setupComplete,
            wanted.teardownComplete, wanted.roomMayExist, room.room.id, room.room.pin, room.room.payload,
            room.secret);
  return read(row);
}

CommitResult::Status whyNotInserted(Connection& connection, const CallChange& change) {
  if (change.threadRevision) {
    Query revision(connection, revisionText, change.row->threadId);
    revision.next();
    if (revision.integer(0) != *change.threadRevision) return CommitResult::Status::conflict;
  }
  const bool down = change.unlessCallsDown && Query(connection, downText, change.now).next();
  return down ? CommitResult::Status::callsDown : CommitResult::Status::activeCallExists;
}

std::optional<CallWithRoom> insertRow(Connection& connection, const CallChange& change) {
  CallWithRoom call = *change.row;
  const RoomColumns room(call.room);
  const bool inserted =
      Query(connection, insertText, change.call, call.threadId, call.owner, call.type, call.createdAt,
            call.updatedAt, call.endedAt, call.endReason, call.endedBy, call.setupComplete,
            call.teardownComplete, call.roomMayExist, room.room.id, room.room.pin, room.room.payload,
            room.secret, change.now, change.threadRevision, change.unlessCallsDown)
          .run() == 1;
  if (!inserted) return std::nullopt;
  call.sequence = connection.database().getLastInsertRowid();
  call.revision = 1;
  return call;
}

CallParticipant writeParticipant(Connection& connection, const CallChange& change, const CallWithRoom& call,
                                 const CallParticipant& wanted) {
  Query row(connection, participantWriteText, wanted.id, call.sequence, wanted.user, wanted.kicked,
            wanted.leftAt, wanted.createdAt, wanted.updatedAt, change.now, change.seenBy);
  if (!row.next()) {
    throw StorageError(fmt::format("a participant {} exists in another call", wanted.id.value()));
  }
  CallParticipant written = wanted;
  written.sequence = row.integer(0);
  row.run();
  return written;
}

std::vector<CallParticipant> takeEveryoneOut(Connection& connection, const CallChange& change,
                                             const CallWithRoom& call) {
  std::vector<CallParticipant> left;
  Query row(connection, everyoneLeavesText, call.sequence, change.everyoneLeaves, change.now);
  while (row.next()) left.push_back(readParticipant(row, 0, call.id));
  std::sort(left.begin(), left.end(),
            [](const auto& one, const auto& other) { return one.sequence < other.sequence; });
  return left;
}

bool losesClaim(Connection& connection, const CallChange& change) {
  return change.settles && !claimHolds(connection, change.settles->job, change.settles->token);
}

CommitResult commitIn(Connection& connection, const CallChange& change) {
  CommitResult result;
  const bool isNew = change.expectedRevision == 0;
  // Checked first, so that a lost claim has written nothing.
  if (losesClaim(connection, change)) {
    result.status = isNew ? whyNotInserted(connection, change) : whyNotChanged(connection, change);
    if (isNew && result.status != CommitResult::Status::conflict) {
      result.status = CommitResult::Status::claimLost;
    }
    return result;
  }
  auto call = isNew ? insertRow(connection, change) : changeRow(connection, change);
  if (!call) {
    result.status = isNew ? whyNotInserted(connection, change) : CommitResult::Status::conflict;
    return result;
  }
  for (const CallParticipant& wanted : change.participants) {
    result.participants.push_back(writeParticipant(connection, change, *call, wanted));
  }
  if (change.everyoneLeaves) result.left = takeEveryoneOut(connection, change, *call);
  if (change.removesMember) takeOffThread(connection, call->threadId, *change.removesMember);
  if (change.settles) static_cast<void>(settle(connection, *change.settles));
  for (const NewJob& job : change.jobs) insertJob(connection, job);
  result.status = CommitResult::Status::committed;
  result.call = std::move(*call);
  return result;
}

}  // namespace

CallStore::Loaded SqliteCallStore::load(const LoadRequest& request) {
  if (!request.participant && !request.everyoneInCall) {
    return pool_.readOne([&](Connection& connection) { return loadPicture(connection, request); });
  }
  return pool_.read([&](Connection& connection) {
    Loaded loaded = loadPicture(connection, request);
    if (loaded.call) loadOthers(connection, request, *loaded.call);
    return loaded;
  });
}

CommitResult SqliteCallStore::commit(const CallChange& change) {
  if (change.expectedRevision == 0 && !change.row) throw StorageError("a new call needs its row");
  const Deadline deadline = pool_.deadline();
  CommitResult result =
      pool_.write(deadline, [&](Connection& connection) { return commitIn(connection, change); });
  if (result.status == CommitResult::Status::committed) result.roster = answer(deadline, change, result);
  return result;
}

/// On a reader, so that a large thread keeps no writer waiting. The change is committed: nothing is thrown.
std::optional<Roster> SqliteCallStore::answer(Deadline deadline, const CallChange& change,
                                              const CommitResult& result) {
  if (change.answersThread == CallChange::ThreadAnswer::nothing) return std::nullopt;
  const bool withMembers = change.answersThread == CallChange::ThreadAnswer::roster;
  const auto find = [&](Connection& connection) {
    return findRoster(connection, result.call.threadId, withMembers, pool_.unreadable());
  };
  try {
    return withMembers ? pool_.read(deadline, find) : pool_.readOne(deadline, find);
  } catch (const Error&) {
    return std::nullopt;
  }
}

void SqliteCallStore::raiseThreadRevision(const ThreadId& thread) {
  pool_.write([&](Connection& connection) {
    sqlite::raiseThreadRevision(connection, thread);
    return true;
  });
}

}  // namespace messenger::sqlite
