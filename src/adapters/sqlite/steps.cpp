#include "adapters/sqlite/steps.hpp"

#include <limits>

namespace messenger::inline v0::sqlite {

namespace {

constexpr FixedText insertJobText =
    "INSERT INTO jobs (id, type, queue, call_id, cutoff, created_at, available_at, media_id) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

// A claim is valid while its token is the latest and the job is leased; a settled job is not leased.
constexpr FixedText holds = "id = ?1 AND token = ?2 AND leased_until IS NOT NULL";
constexpr FixedText holdsText = "SELECT 1 FROM jobs WHERE " + holds;
constexpr FixedText doneText = "DELETE FROM jobs WHERE " + holds;
constexpr FixedText retryText =
    "UPDATE jobs SET leased_until = NULL, available_at = ?3, last_error = ?4 WHERE " + holds;
constexpr FixedText failText =
    "UPDATE jobs SET leased_until = NULL, failed = 1, last_error = ?3 WHERE " + holds;

constexpr FixedText raiseThreadText =
    "INSERT INTO thread_revisions (thread_id, revision) VALUES (?1, 1) "
    "ON CONFLICT (thread_id) DO UPDATE SET revision = revision + 1";
constexpr FixedText takeOffText =
    "DELETE FROM thread_members WHERE thread_id = ?1 AND user_type = ?2 AND user_id = ?3";

constexpr FixedText ringsText =
    "SELECT " + ringColumns +
    " FROM call_rings WHERE call_sequence = ?1 AND (?2 OR state = 1 OR (user_type = ?3 AND user_id = ?4)) "
    "ORDER BY user_type, user_id";

}  // namespace

std::vector<CallRing> ringsOf(Connection& connection, std::int64_t call, const std::optional<UserId>& user,
                              bool all, UnreadableRows& unreadable) {
  Query rows(connection, ringsText, call, all, user);
  return readPage(rows, std::numeric_limits<std::size_t>::max(), {"ring of", 1}, unreadable,
                  [](const Query& row) { return readRing(row, 0); });
}

void insertJob(Connection& connection, const NewJob& job) {
  const std::optional<std::string> mediaId = revealed(job.mediaId);
  Query(connection, insertJobText, job.id, job.type, job.queue, job.call, job.cutoff, job.createdAt,
        job.availableAt, mediaId)
      .run();
}

bool settle(Connection& connection, const Settlement& settlement) {
  switch (settlement.kind) {
    case Settlement::Kind::done:
      return Query(connection, doneText, settlement.job, settlement.token).run() == 1;
    case Settlement::Kind::retry:
      return Query(connection, retryText, settlement.job, settlement.token, settlement.availableAt,
                   settlement.error)
                 .run() == 1;
    case Settlement::Kind::fail:
      return Query(connection, failText, settlement.job, settlement.token, settlement.error).run() == 1;
  }
  return false;
}

bool claimHolds(Connection& connection, const JobId& job, std::int64_t token) {
  return Query(connection, holdsText, job, token).next();
}

void raiseThreadRevision(Connection& connection, const ThreadId& thread) {
  Query(connection, raiseThreadText, thread).run();
}

void takeOffThread(Connection& connection, const ThreadId& thread, const UserId& user) {
  if (Query(connection, takeOffText, thread, user).run() == 1) raiseThreadRevision(connection, thread);
}

}  // namespace messenger::sqlite
