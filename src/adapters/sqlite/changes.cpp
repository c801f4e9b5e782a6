#include "adapters/sqlite/changes.hpp"

namespace messenger::sqlite {

namespace {

constexpr FixedText insertJobText =
    "INSERT INTO jobs (id, type, queue, call_id, cutoff, created_at, available_at) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

// A claim holds while its token is the latest and the job is leased; a settled job is not leased.
constexpr FixedText claimHolds = "id = ?1 AND token = ?2 AND leased_until IS NOT NULL";
constexpr FixedText finishText = "DELETE FROM jobs WHERE " + claimHolds;
constexpr FixedText retryText =
    "UPDATE jobs SET leased_until = NULL, available_at = ?3, last_error = ?4 WHERE " + claimHolds;
constexpr FixedText parkText =
    "UPDATE jobs SET leased_until = NULL, parked = 1, last_error = ?3 WHERE " + claimHolds;

constexpr FixedText callText = "SELECT " + callColumns + " FROM calls AS c WHERE c.id = ?1";

constexpr FixedText callOfUserText =
    "SELECT " + snapshotColumns +
    ", EXISTS (SELECT 1 FROM call_participants AS o WHERE o.call_sequence = c.sequence "
    "AND o.left_at IS NULL AND o.sequence IS NOT p.sequence) "
    "FROM calls AS c LEFT JOIN call_participants AS p "
    "ON p.call_sequence = c.sequence AND p.user_type = ?2 AND p.user_id = ?3 WHERE c.id = ?1";

constexpr FixedText raiseText = "UPDATE calls SET revision = ?2 WHERE sequence = ?1";

constexpr FixedText endText =
    "UPDATE calls SET ended_at = ?2, end_reason = ?3, ended_by_type = ?4, ended_by_id = ?5, "
    "updated_at = ?2, revision = ?6 WHERE sequence = ?1 AND ended_at IS NULL";

constexpr FixedText takeOutText =
    "UPDATE call_participants SET left_at = ?2, kicked = ?3, updated_at = ?2 WHERE sequence = ?1";

}  // namespace

void insertJob(Connection& connection, const NewJob& job, TimePoint now) {
  Query(connection, insertJobText, job.id, job.type, job.queue, job.call, job.cutoff, now, job.availableAt)
      .run();
}

void insertJobs(Connection& connection, const std::vector<NewJob>& jobs, TimePoint now) {
  for (const NewJob& job : jobs) insertJob(connection, job, now);
}

bool finishJob(Connection& connection, const JobId& job, std::int64_t token) {
  return Query(connection, finishText, job, token).run() == 1;
}

bool settle(Connection& connection, const Settlement& settlement) {
  switch (settlement.kind) {
    case Settlement::Kind::done:
      return finishJob(connection, settlement.job, settlement.token);
    case Settlement::Kind::retry:
      return Query(connection, retryText, settlement.job, settlement.token, settlement.availableAt,
                   settlement.error)
                 .run() == 1;
    case Settlement::Kind::park:
      return Query(connection, parkText, settlement.job, settlement.token, settlement.error).run() == 1;
  }
  return false;
}

std::optional<Call> loadCall(Connection& connection, const CallId& call) {
  Query query(connection, callText, call);
  if (!query.next()) return std::nullopt;
  return readCall(query);
}

std::optional<CallOfUser> loadCallOfUser(Connection& connection, const CallId& call, const UserId& user) {
  Query query(connection, callOfUserText, call, user);
  if (!query.next()) return std::nullopt;
  CallSnapshot snapshot = readSnapshot(query);
  return CallOfUser{std::move(snapshot.call), std::move(snapshot.viewer),
                    query.flag(callColumnCount + participantColumnCount)};
}

void raiseRevision(Connection& connection, Call& call) {
  ++call.revision;
  Query(connection, raiseText, call.sequence, call.revision).run();
}

void endRow(Connection& connection, Call& call, EndReason reason, const std::optional<UserId>& by,
            TimePoint now, const std::vector<NewJob>& onEnd) {
  call.endedAt = now;
  call.endReason = reason;
  call.endedBy = by;
  call.updatedAt = now;
  ++call.revision;
  Query(connection, endText, call.sequence, now, reason, call.endedBy, call.revision).run();
  insertJobs(connection, onEnd, now);
}

bool endIfEmpty(Connection& connection, Call& call, bool othersIn, EndReason reason, TimePoint now,
                const std::vector<NewJob>& onEnd) {
  if (othersIn) {
    raiseRevision(connection, call);
    return false;
  }
  endRow(connection, call, reason, std::nullopt, now, onEnd);
  return true;
}

void takeOut(Connection& connection, CallParticipant& participant, bool kicked, TimePoint now) {
  participant.leftAt = now;
  participant.kicked = kicked;
  participant.updatedAt = now;
  Query(connection, takeOutText, participant.sequence, now, kicked).run();
}

}  // namespace messenger::sqlite
