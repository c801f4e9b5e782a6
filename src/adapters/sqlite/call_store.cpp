#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <variant>

#include "adapters/sqlite/sqlite_storage.hpp"
#include "adapters/sqlite/steps.hpp"

namespace messenger::inline v0::sqlite {

namespace {

// load: one statement gives the call, the user's row, the counts, the thread's revision, the switch, and the
// membership; a row for each session of the user. ?1 and ?2 the user, ?3 the call or the thread, ?4 how far
// to count.

constexpr FixedText pictureColumns =
    callColumns + ", " + participantColumns + ", " + sessionColumns +
    ", "
    "iif(calls.limit_participants > ?4, (SELECT count(*) FROM call_participants AS each "
    "WHERE each.call_sequence = calls.sequence AND each.left_at IS NULL), "
    "(SELECT count(*) FROM (SELECT 1 FROM call_participants AS each "
    "WHERE each.call_sequence = calls.sequence AND each.left_at IS NULL LIMIT ?4))), "
    "coalesce((SELECT revision FROM thread_revisions WHERE thread_id = coalesce(calls.thread_id, ?3)), 0), "
    "(SELECT value FROM settings WHERE key = 'calls_down_until'), calls.rings";
constexpr int sessionColumn = callColumnCount + participantColumnCount;
constexpr int inCallColumn = sessionColumn + sessionColumnCount;
constexpr int revisionColumn = inCallColumn + 1;
constexpr int downColumn = inCallColumn + 2;
constexpr int ringsColumn = inCallColumn + 3;
constexpr int membershipColumn = inCallColumn + 4;

constexpr FixedText ofCall = " FROM (SELECT 1) LEFT JOIN calls ON calls.id = ?3 ";
constexpr FixedText ofThread =
    " FROM (SELECT 1) LEFT JOIN calls ON calls.thread_id = ?3 AND calls.ended_at IS NULL ";
constexpr FixedText joinUser =
    "LEFT JOIN call_participants ON call_participants.call_sequence = calls.sequence "
    "AND call_participants.user_type = ?1 AND call_participants.user_id = ?2 "
    "LEFT JOIN call_sessions ON call_sessions.participant_sequence = call_participants.sequence ";

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
constexpr FixedText ofUserText = "SELECT " + participantColumns +
                                 " FROM call_participants WHERE call_sequence = ?1 AND user_type = ?2 "
                                 "AND user_id = ?3";
constexpr FixedText sessionsText =
    "SELECT " + sessionColumns + " FROM call_sessions WHERE participant_sequence = ?1";
constexpr FixedText everyoneText = "SELECT " + participantColumns +
                                   " FROM call_participants WHERE call_sequence = ?1 AND left_at IS NULL "
                                   "ORDER BY sequence";

CallStore::Loaded readPicture(Connection& connection, Query& row, const CallStore::LoadRequest& request,
                              UnreadableRows& unreadable) {
  CallStore::Loaded loaded;
  loaded.threadRevision = row.integer(revisionColumn);
  loaded.callsDownUntil = row.maybeStorageTime(downColumn);
  if (!row.isNull(0)) {
    CallState& state = loaded.call.emplace();
    state.call = readCall(row);
    state.inCall = row.count(inCallColumn);
    if (auto user = readMaybeParticipant(row, callColumnCount, state.call.id)) {
      state.participants.push_back(std::move(*user));
    }
    // While the statement is open: of the same moment.
    if (row.integer(ringsColumn) != 0)
      state.rings = ringsOf(connection, state.call.sequence, request.user, request.rings, unreadable);
  }
  if (request.membership) loaded.membership = readMembership(row, membershipColumn);
  for (bool more = !row.isNull(sessionColumn); more; more = row.next()) {
    loaded.call->sessions.push_back(readSession(row, sessionColumn, loaded.call->participants.front()));
  }
  return loaded;
}

CallStore::Loaded loadPicture(Connection& connection, const CallStore::LoadRequest& request,
                              UnreadableRows& unreadable) {
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
  return readPicture(connection, row, request, unreadable);
}

std::vector<CallParticipant> everyoneIn(Connection& connection, const CallWithRoom& call) {
  std::vector<CallParticipant> found;
  Query row(connection, everyoneText, call.sequence);
  while (row.next()) found.push_back(readParticipant(row, 0, call.id));
  return found;
}

void loadOthers(Connection& connection, const CallStore::LoadRequest& request, CallState& state) {
  const std::int64_t sequence = state.call.sequence;
  if (request.participant) {
    Query row(connection, participantText, *request.participant, sequence);
    if (row.next()) {
      CallParticipant participant = readParticipant(row, 0, state.call.id);
      if (state.find(participant.id) == nullptr) {
        Query session(connection, sessionsText, participant.sequence);
        while (session.next()) state.sessions.push_back(readSession(session, 0, participant));
        state.participants.push_back(std::move(participant));
      }
    }
  }
  if (request.everyoneInCall) {
    // Each once, also the user or the participant who is in it.
    std::erase_if(state.participants, [](const CallParticipant& each) { return !each.leftAt; });
    std::vector<CallParticipant> in = everyoneIn(connection, state.call);
    std::move(in.begin(), in.end(), std::back_inserter(state.participants));
  }
  for (const UserId& each : request.others) {
    if (state.find(each) != nullptr) continue;
    Query row(connection, ofUserText, sequence, each);
    if (row.next()) state.participants.push_back(readParticipant(row, 0, state.call.id));
  }
}

// commit: the first statement is the guard. Where it finds nothing, nothing has been written.
//
// No statement has a RETURNING: SQLite opens a temporary table for it, which takes longer than looking a row
// up and changing it by its number. And a column that has an index is written only where it changes.

constexpr FixedText guardText =
    "SELECT " + callColumns +
    " FROM calls WHERE id = ?1 AND revision = ?2 AND (?3 IS NULL OR ?3 = coalesce((SELECT revision "
    "FROM thread_revisions WHERE thread_revisions.thread_id = calls.thread_id), 0))";

constexpr FixedText raiseText = "UPDATE calls SET revision = ?2 WHERE sequence = ?1";

constexpr FixedText updateText =
    "UPDATE calls SET revision = ?2, updated_at = ?3, setup_complete = ?4, teardown_complete = ?5, "
    "room_may_exist = ?6, room_id = ?7, room_pin = ?8, room_payload = ?9, room_secret = ?10";
constexpr FixedText updateStateText = updateText + " WHERE sequence = ?1";
constexpr FixedText updateEndText =
    updateText +
    ", ended_at = ?11, end_reason = ?12, ended_by_type = ?13, ended_by_id = ?14 WHERE sequence = ?1";

// The index calls_one_active_a_thread decides which start wins.
constexpr FixedText insertText =
    "INSERT INTO calls (id, thread_id, owner_type, owner_id, type, created_at, updated_at, ended_at, "
    "end_reason, ended_by_type, ended_by_id, setup_complete, teardown_complete, room_may_exist, room_id, "
    "room_pin, room_payload, room_secret, started_at, revision, limit_participants, limit_duration, "
    "limit_warning, limit_alone, limit_empty, data, rings) "
    "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, 1, "
    "?22, ?23, ?24, ?25, ?26, ?27, ?28 "
    "WHERE (?20 IS NULL OR ?20 = coalesce((SELECT revision FROM thread_revisions WHERE thread_id = ?2), 0)) "
    "AND (?21 = 0 OR NOT EXISTS (SELECT 1 FROM settings WHERE key = 'calls_down_until' AND value > ?19)) "
    "ON CONFLICT (thread_id) WHERE ended_at IS NULL DO NOTHING";

constexpr FixedText revisionText =
    "SELECT coalesce((SELECT revision FROM thread_revisions WHERE thread_id = ?1), 0)";
constexpr FixedText downText = "SELECT 1 FROM settings WHERE key = 'calls_down_until' AND value > ?1";

// The table's UNIQUE (call, user) holds one row a user.
constexpr FixedText insertParticipantText =
    "INSERT INTO call_participants (id, call_sequence, user_type, user_id, kicked, left_at, created_at, "
    "updated_at, departed_at) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, iif(?6 IS NULL, NULL, ?9)) ON CONFLICT (id) DO NOTHING";
constexpr FixedText findSequenceText =
    "SELECT sequence FROM call_participants WHERE id = ?1 AND call_sequence = ?2";
constexpr FixedText isInText =
    "UPDATE call_participants SET kicked = ?2, left_at = NULL, updated_at = ?3, departed_at = NULL "
    "WHERE sequence = ?1";
constexpr FixedText isOutText =
    "UPDATE call_participants SET kicked = ?2, left_at = ?3, updated_at = ?4, departed_at = ?5 "
    "WHERE sequence = ?1";
constexpr FixedText leavesText =
    "UPDATE call_participants SET left_at = ?2, updated_at = ?2, departed_at = ?3 WHERE sequence = ?1";

constexpr FixedText openText =
    "INSERT INTO call_sessions (participant_sequence, device, media_id, opened_at, last_seen_at, seen_by) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (participant_sequence, device) DO UPDATE SET "
    "media_id = excluded.media_id, opened_at = excluded.opened_at, closed_at = NULL, last_seen_at = "
    "excluded.last_seen_at, "
    "seen_by = excluded.seen_by, departed_at = NULL";
constexpr FixedText closeText =
    "UPDATE call_sessions SET closed_at = ?3, departed_at = ?4 "
    "WHERE participant_sequence = ?1 AND device = ?2 AND closed_at IS NULL";
constexpr FixedText openDevicesText =
    "SELECT device FROM call_sessions WHERE participant_sequence = ?1 AND closed_at IS NULL";
constexpr FixedText everyoneWithDevicesText =
    "SELECT " + participantColumns +
    ", call_sessions.device FROM call_participants LEFT JOIN call_sessions "
    "ON call_sessions.participant_sequence = call_participants.sequence AND call_sessions.closed_at IS NULL "
    "WHERE call_participants.call_sequence = ?1 AND call_participants.left_at IS NULL "
    "ORDER BY call_participants.sequence";
constexpr FixedText closeAllText =
    "UPDATE call_sessions SET closed_at = ?2, departed_at = ?3 "
    "WHERE participant_sequence = ?1 AND closed_at IS NULL";
constexpr FixedText forgetText =
    "DELETE FROM call_sessions WHERE device = ?3 AND closed_at IS NOT NULL AND participant_sequence = "
    "(SELECT sequence FROM call_participants WHERE id = ?1 AND call_sequence = ?2)";

constexpr FixedText haveRingsText = "UPDATE calls SET rings = 1 WHERE sequence = ?1 AND rings = 0";
constexpr FixedText newRingText =
    "INSERT INTO call_rings (call_sequence, user_type, user_id, state, rang_at, updated_at, since, until, "
    "seen) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
constexpr FixedText ringText =
    newRingText +
    " ON CONFLICT DO UPDATE SET state = excluded.state, rang_at = excluded.rang_at, "
    "updated_at = excluded.updated_at, since = excluded.since, until = excluded.until, seen = excluded.seen";

constexpr FixedText cancelText = "DELETE FROM jobs WHERE call_id = ?1 AND type = ?2";

/// A room's columns; the secret as text, which lives as long as this.
struct RoomColumns {
  explicit RoomColumns(const std::optional<Room>& given) : room(given.value_or(Room{})) {
    secret = revealed(room.secret);
  }
  Room room;
  std::optional<std::string> secret;
};

/// The call's row, if the guards hold.
std::optional<CallWithRoom> findUnchanged(Connection& connection, const CallChange& change) {
  Query row(connection, guardText, change.call, change.expectedRevision, change.threadRevision);
  if (!row.next()) return std::nullopt;
  return readCall(row);
}

/// Writes the row as it is to be, with the next revision. `call` is the stored one, and becomes that.
void changeRow(Connection& connection, const CallChange& change, CallWithRoom& call) {
  ++call.revision;
  if (!change.row) {
    Query(connection, raiseText, call.sequence, call.revision).run();
    return;
  }
  const CallWithRoom& wanted = *change.row;
  const bool endChanges =
      wanted.endedAt != call.endedAt || wanted.endReason != call.endReason || wanted.endedBy != call.endedBy;
  const RoomColumns room(wanted.room);
  const auto write = [&](Sql sql, const auto&... end) {
    Query(connection, sql, call.sequence, call.revision, wanted.updatedAt, wanted.setupComplete,
          wanted.teardownComplete, wanted.roomMayExist, room.room.id, room.room.pin, room.room.payload,
          room.secret, end...)
        .run();
  };
  if (endChanges) {
    write(updateEndText, wanted.endedAt, wanted.endReason, wanted.endedBy);
  } else {
    write(updateStateText);
  }
  call.updatedAt = wanted.updatedAt;
  call.endedAt = wanted.endedAt;
  call.endReason = wanted.endReason;
  call.endedBy = wanted.endedBy;
  call.setupComplete = wanted.setupComplete;
  call.teardownComplete = wanted.teardownComplete;
  call.roomMayExist = wanted.roomMayExist;
  call.room.reset();
  if (wanted.setupComplete) call.room = wanted.room.value_or(Room{});
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
            room.secret, change.now, change.threadRevision, change.unlessCallsDown, call.limits.participants,
            call.limits.duration.count(), call.limits.warning.count(), call.limits.alone.count(),
            call.limits.emptyGrace.count(), call.data, !change.rings.empty())
          .run() == 1;
  if (!inserted) return std::nullopt;
  call.sequence = connection.database().getLastInsertRowid();
  call.revision = 1;
  return call;
}

/// Stores a participant that is new. Nothing when its id exists.
std::optional<std::int64_t> insertParticipant(Connection& connection, const CallChange& change,
                                              const CallWithRoom& call, const CallParticipant& wanted) {
  const bool inserted = Query(connection, insertParticipantText, wanted.id, call.sequence, wanted.user,
                              wanted.kicked, wanted.leftAt, wanted.createdAt, wanted.updatedAt, change.now)
                            .run() == 1;
  if (!inserted) return std::nullopt;
  return connection.database().getLastInsertRowid();
}

/// Changes a participant of this call. Nothing when there is none of this id.
std::optional<std::int64_t> changeParticipant(Connection& connection, const CallChange& change,
                                              const CallWithRoom& call, const CallParticipant& wanted) {
  std::int64_t sequence = 0;
  {
    Query row(connection, findSequenceText, wanted.id, call.sequence);
    if (!row.next()) return std::nullopt;
    sequence = row.integer(0);
  }
  if (wanted.leftAt) {
    Query(connection, isOutText, sequence, wanted.kicked, wanted.leftAt, wanted.updatedAt, change.now).run();
  } else {
    Query(connection, isInText, sequence, wanted.kicked, wanted.updatedAt).run();
  }
  return sequence;
}

CallParticipant writeParticipant(Connection& connection, const CallChange& change, const CallWithRoom& call,
                                 const CallParticipant& wanted) {
  // Its sequence is a hint only; which one it is, the id decides.
  const bool isNew = wanted.sequence == 0;
  const auto write = [&](bool insert) {
    return insert ? insertParticipant(connection, change, call, wanted)
                  : changeParticipant(connection, change, call, wanted);
  };
  auto sequence = write(isNew);
  if (!sequence) sequence = write(!isNew);
  if (!sequence) {
    throw StorageError(fmt::format("a participant {} exists in another call", wanted.id.value()));
  }
  CallParticipant written = wanted;
  written.sequence = *sequence;
  return written;
}

/// Closes all sessions of a participant who is out of the call.
void closeSessions(Connection& connection, const CallChange& change, const CallParticipant& row,
                   std::vector<SessionKey>& closed) {
  const std::size_t before = closed.size();
  {
    Query open(connection, openDevicesText, row.sequence);
    while (open.next()) closed.push_back({change.call, row.user, DeviceId{open.text(0)}});
  }
  if (closed.size() > before) Query(connection, closeAllText, row.sequence, row.leftAt, change.now).run();
}

std::int64_t sequenceOf(Connection& connection, const ParticipantId& participant,
                        const CommitResult& result) {
  for (const CallParticipant& each : result.participants) {
    if (each.id == participant) return each.sequence;
  }
  Query row(connection, findSequenceText, participant, result.call.sequence);
  if (!row.next()) throw StorageError("a session of no participant of that call");
  return row.integer(0);
}

void writeSession(Connection& connection, const CallChange& change, const CallSession& wanted,
                  CommitResult& result) {
  const std::int64_t participant = sequenceOf(connection, wanted.participant, result);
  if (wanted.open()) {
    const std::optional<std::string> mediaId = revealed(wanted.mediaId);
    Query(connection, openText, participant, wanted.device, mediaId, wanted.openedAt, change.now,
          change.seenBy)
        .run();
  } else if (Query(connection, closeText, participant, wanted.device, wanted.closedAt, change.now).run() ==
             1) {
    result.closed.push_back({change.call, wanted.user, wanted.device});
  }
}

void writeRings(Connection& connection, const CallChange& change, std::int64_t call) {
  if (change.rings.empty()) return;
  // Constants, as clang 14 with sanitizers crashes on immediate functions within `?:`.
  constexpr Sql fresh = newRingText;
  constexpr Sql any = ringText;
  const bool isNew = change.expectedRevision == 0;
  if (!isNew) Query(connection, haveRingsText, call).run();
  for (const CallRing& each : change.rings) {
    Query(connection, isNew ? fresh : any, call, each.user, each.state, each.rangAt, each.updatedAt,
          each.since, each.until, each.seen)
        .run();
  }
}

void takeEveryoneOut(Connection& connection, const CallChange& change, CommitResult& result) {
  {
    Query row(connection, everyoneWithDevicesText, result.call.sequence);
    while (row.next()) {
      CallParticipant each = readParticipant(row, 0, change.call);
      if (!row.isNull(participantColumnCount))
        result.closed.push_back({change.call, each.user, DeviceId{row.text(participantColumnCount)}});
      const bool isNext = result.left.empty() || result.left.back().sequence != each.sequence;
      if (isNext) result.left.push_back(std::move(each));
    }
  }
  for (CallParticipant& each : result.left) {
    Query(connection, leavesText, each.sequence, change.everyoneLeaves, change.now).run();
    each.leftAt = change.everyoneLeaves;
    each.updatedAt = *change.everyoneLeaves;
    Query(connection, closeAllText, each.sequence, each.leftAt, change.now).run();
  }
}

bool losesClaim(Connection& connection, const CallChange& change) {
  return change.settles && !claimHolds(connection, change.settles->job, change.settles->token);
}

/// The call's row as it is now; or why it was not written.
std::variant<CallWithRoom, CommitResult::Status> writeRow(Connection& connection, const CallChange& change) {
  // Looked at first, so that a claim that is lost has written nothing.
  const bool lost = losesClaim(connection, change);
  if (change.expectedRevision == 0) {
    if (!lost) {
      if (auto call = insertRow(connection, change)) return std::move(*call);
    }
    const CommitResult::Status why = whyNotInserted(connection, change);
    return lost && why != CommitResult::Status::conflict ? CommitResult::Status::claimLost : why;
  }
  auto call = findUnchanged(connection, change);
  if (!call) return CommitResult::Status::conflict;
  if (lost) return CommitResult::Status::claimLost;
  changeRow(connection, change, *call);
  return std::move(*call);
}

CommitResult commitIn(Connection& connection, const CallChange& change) {
  CommitResult result;
  auto row = writeRow(connection, change);
  if (const auto* why = std::get_if<CommitResult::Status>(&row)) {
    result.status = *why;
    return result;
  }
  result.call = std::move(std::get<CallWithRoom>(row));
  for (const CallParticipant& wanted : change.participants) {
    const CallParticipant& written =
        result.participants.emplace_back(writeParticipant(connection, change, result.call, wanted));
    if (written.leftAt) closeSessions(connection, change, written, result.closed);
  }
  if (change.forgets) {
    Query(connection, forgetText, change.forgets->first, result.call.sequence, change.forgets->second).run();
  }
  for (const CallSession& wanted : change.sessions) writeSession(connection, change, wanted, result);
  writeRings(connection, change, result.call.sequence);
  if (change.everyoneLeaves) takeEveryoneOut(connection, change, result);
  if (change.removesMember) takeOffThread(connection, result.call.threadId, *change.removesMember);
  if (change.settles) static_cast<void>(settle(connection, *change.settles));
  for (const JobType type : change.cancels) {
    Query(connection, cancelText, change.call, static_cast<int>(type)).run();
  }
  for (const NewJob& job : change.jobs) insertJob(connection, job);
  result.status = CommitResult::Status::committed;
  return result;
}

}  // namespace

CallStore::Loaded SqliteCallStore::load(const LoadRequest& request) {
  const auto picture = [&](Connection& connection) {
    return loadPicture(connection, request, pool_.unreadable());
  };
  const bool needsMore = request.participant || request.everyoneInCall || !request.others.empty();
  if (!needsMore) return pool_.readShort(picture);
  return pool_.read([&](Connection& connection) {
    Loaded loaded = picture(connection);
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

/// A large thread on a reader, so that it keeps no writer waiting. The change is committed: nothing is
/// thrown.
std::optional<Roster> SqliteCallStore::answer(Deadline deadline, const CallChange& change,
                                              const CommitResult& result) {
  if (change.answersThread == CallChange::ThreadAnswer::nothing) return std::nullopt;
  constexpr std::size_t few = 64;
  const bool withMembers = change.answersThread == CallChange::ThreadAnswer::roster;
  const auto find = [&](std::size_t mostMembers) {
    return [&, mostMembers](Connection& connection) {
      return findRoster(connection, result.call.threadId, mostMembers, pool_.unreadable());
    };
  };
  try {
    auto roster = pool_.readShort(deadline, find(withMembers ? few : 0));
    const bool complete = !withMembers || !roster || roster->thread.members <= few;
    return complete ? std::move(roster) : pool_.readOne(deadline, find(anyNumber));
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
