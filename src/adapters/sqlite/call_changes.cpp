#include <algorithm>

#include "adapters/sqlite/changes.hpp"
#include "adapters/sqlite/sqlite_storage.hpp"

namespace messenger::sqlite {

namespace {

// The index calls_one_active_a_thread decides who starts; nothing is looked at beforehand but the switch.
constexpr FixedText startText =
    "INSERT INTO calls (id, thread_id, owner_type, owner_id, type, created_at, updated_at, revision) "
    "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?6, 1 "
    "WHERE NOT EXISTS (SELECT 1 FROM settings WHERE key = 'calls_down_until' AND value > ?6) "
    "ON CONFLICT (thread_id) WHERE ended_at IS NULL DO NOTHING";

constexpr FixedText downText = "SELECT 1 FROM settings WHERE key = 'calls_down_until' AND value > ?1";

// The table's UNIQUE (call, user) holds one row a user.
constexpr FixedText insertParticipantText =
    "INSERT INTO call_participants (id, call_sequence, user_type, user_id, created_at, updated_at, "
    "last_heard_at, heard_by) VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?5, ?6)";

constexpr FixedText rejoinText =
    "UPDATE call_participants SET left_at = NULL, updated_at = ?2, last_heard_at = ?2, heard_by = ?3 "
    "WHERE sequence = ?1";

// RETURNING knows the table by its own name only: the columns of participantColumns, without the alias.
constexpr FixedText putOutText =
    "UPDATE call_participants SET left_at = ?2, updated_at = ?2 "
    "WHERE call_sequence = ?1 AND left_at IS NULL "
    "RETURNING sequence, id, user_type, user_id, kicked, left_at, created_at, updated_at";

CallParticipant insertParticipant(Connection& connection, const Call& call, const ParticipantId& id,
                                  const UserId& user, TimePoint now, InstanceId heardBy) {
  Query(connection, insertParticipantText, id, call.sequence, user, now, heardBy).run();
  CallParticipant participant;
  participant.id = id;
  participant.callId = call.id;
  participant.owner = user;
  participant.createdAt = now;
  participant.updatedAt = now;
  participant.sequence = connection.database().getLastInsertRowid();
  return participant;
}

std::vector<CallParticipant> putOutAll(Connection& connection, const Call& call, TimePoint now) {
  std::vector<CallParticipant> out;
  Query query(connection, putOutText, call.sequence, now);
  while (query.next()) out.push_back(readParticipant(query, 0, call.id));
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
  return out;
}

/// The call, with the row of the user that a guard is about.
std::optional<CallOfUser> loadForEnd(Connection& connection, const EndChange& change) {
  if (change.mustBeIn) return loadCallOfUser(connection, change.call, *change.mustBeIn);
  if (change.mustBeOut) return loadCallOfUser(connection, change.call, *change.mustBeOut);
  std::optional<Call> call = loadCall(connection, change.call);
  if (!call) return std::nullopt;
  return CallOfUser{std::move(*call), std::nullopt, false};
}

/// What `endCall` finds wrong, or `ended` when nothing; the settlement is done then.
EndStatus checkEnd(Connection& connection, const EndChange& change, const CallOfUser& found) {
  const auto& [call, participant, othersIn] = found;
  if (!call.active()) return EndStatus::alreadyEnded;
  if (change.mustBeIn && (!participant || !participant->inCall())) return EndStatus::actorNotInCall;
  if (change.mustBeOut) {
    const bool joined =
        change.mustBeIn ? loadCallOfUser(connection, change.call, *change.mustBeOut)->participant.has_value()
                        : participant.has_value();
    if (joined) return EndStatus::actorHasJoined;
  }
  if (change.settles && !settle(connection, *change.settles)) return EndStatus::lostJob;
  return EndStatus::ended;
}

}  // namespace

StartOutcome SqliteStorage::startCall(const StartChange& change) {
  return pool_.write([&](Connection& connection, Transaction& transaction) -> StartOutcome {
    const bool inserted =
        Query(connection, startText, change.call, change.thread, change.owner, CallType::video, change.now)
            .run() == 1;
    if (!inserted) {
      const bool down = Query(connection, downText, change.now).next();
      return {down ? StartStatus::down : StartStatus::alreadyActive, std::nullopt, std::nullopt};
    }
    Call call;
    call.id = change.call;
    call.threadId = change.thread;
    call.owner = change.owner;
    call.createdAt = change.now;
    call.updatedAt = change.now;
    call.sequence = connection.database().getLastInsertRowid();
    call.revision = 1;
    CallParticipant starter =
        insertParticipant(connection, call, change.participant, change.owner, change.now, change.heardBy);
    insertJobs(connection, change.jobs, change.now);
    transaction.commit();
    return {StartStatus::started, std::move(call), std::move(starter)};
  });
}

JoinOutcome SqliteStorage::joinCall(const JoinChange& change) {
  return pool_.write([&](Connection& connection, Transaction& transaction) -> JoinOutcome {
    auto found = loadCallOfUser(connection, change.call, change.user);
    if (!found) return {JoinStatus::noCall, std::nullopt, std::nullopt};
    auto& [call, participant, othersIn] = *found;
    if (!call.active()) return {JoinStatus::ended, std::move(call), std::nullopt};
    if (participant && participant->kicked) return {JoinStatus::kicked, std::move(call), std::nullopt};
    if (participant && participant->inCall())
      return {JoinStatus::alreadyIn, std::move(call), std::move(participant)};

    const JoinStatus status = participant ? JoinStatus::rejoined : JoinStatus::joined;
    if (participant) {
      participant->leftAt.reset();
      participant->updatedAt = change.now;
      Query(connection, rejoinText, participant->sequence, change.now, change.heardBy).run();
    } else {
      participant =
          insertParticipant(connection, call, change.participant, change.user, change.now, change.heardBy);
    }
    raiseRevision(connection, call);
    transaction.commit();
    return {status, std::move(call), std::move(participant)};
  });
}

LeaveOutcome SqliteStorage::leaveCall(const LeaveChange& change) {
  return pool_.write([&](Connection& connection, Transaction& transaction) -> LeaveOutcome {
    auto found = loadCallOfUser(connection, change.call, change.user);
    if (!found) return {LeaveStatus::noCall, std::nullopt, std::nullopt, false};
    auto& [call, participant, othersIn] = *found;
    if (!call.active()) return {LeaveStatus::ended, std::move(call), std::move(participant), false};
    if (!participant || !participant->inCall())
      return {LeaveStatus::notInCall, std::move(call), std::move(participant), false};

    takeOut(connection, *participant, /*kicked=*/false, change.now);
    const bool ended = endIfEmpty(connection, call, othersIn, change.ifEmpty, change.now, change.onEnd);
    transaction.commit();
    return {LeaveStatus::left, std::move(call), std::move(participant), ended};
  });
}

EndOutcome SqliteStorage::endCall(const EndChange& change) {
  return pool_.write([&](Connection& connection, Transaction& transaction) -> EndOutcome {
    std::optional<CallOfUser> found = loadForEnd(connection, change);
    if (!found) return {EndStatus::noCall, std::nullopt, {}};
    const EndStatus status = checkEnd(connection, change, *found);
    Call& call = found->call;
    if (status != EndStatus::ended) return {status, std::move(call), {}};

    std::vector<CallParticipant> putOut = putOutAll(connection, call, change.now);
    endRow(connection, call, change.reason, change.by, change.now, change.onEnd);
    transaction.commit();
    return {EndStatus::ended, std::move(call), std::move(putOut)};
  });
}

}  // namespace messenger::sqlite
