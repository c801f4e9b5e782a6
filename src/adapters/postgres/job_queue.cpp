#include <chrono>
#include <limits>

#include "adapters/postgres/postgres_storage.hpp"
#include "adapters/postgres/steps.hpp"
#include "messenger/errors.hpp"

namespace messenger::inline v0::postgres {
namespace {

using std::chrono::steady_clock;

// A claim is one transaction in one round trip, of several statements. The first chooses a job, without
// waiting for others who choose at the same time, and locks its call against them: the lock has the call's
// name, so it is there for a job of a call that is gone, too. The second locks the call's row, so that
// changes of the call (and its teardown) are over. Only then, and with a picture that is taken after that,
// is it seen whether another job of the call runs: a picture from before would miss the one that was claimed
// a moment ago, and two jobs of one call would run.

// $1 queue, $2 now, $3 until when leases must have ended to count no more. A lease that ends then has ended.
// OFFSET 0 keeps the others of a call a question of its own, by their index. As a join the planner walked
// through all of them: when the table was empty as it was vacuumed last, it counts with one row.
constexpr FixedText isAvailable =
    "jobs.queue = $1::text AND jobs.available_at <= $2::bigint "
    "AND (jobs.leased_until IS NULL OR jobs.leased_until <= $3::bigint) "
    "AND NOT EXISTS (SELECT 1 FROM @jobs AS others WHERE others.call_id = jobs.call_id "
    "AND others.sequence <> jobs.sequence AND others.leased_until > $3::bigint OFFSET 0)";

// $4 where the look begins.
constexpr FixedText available = "NOT jobs.failed AND jobs.available_at >= $4::bigint AND " + isAvailable;
// The same for one that is found by its key, or by its call: written so that no index of the whole queue
// applies (schema.cpp says why).
constexpr FixedText availableToo = "NOT coalesce(jobs.failed, false) AND " + isAvailable;

// The numbers of the types rise with their urgency, but for RemoveFromRoom, which asks the provider as a
// teardown does; what a newer version adds counts as most urgent. Those of the urgent ones have indexes of
// their own: a claim must not walk past all setups that wait.
constexpr FixedText isUrgent = "jobs.type > 1 AND ";
constexpr FixedText isSweep = "jobs.type > 2 AND jobs.type <> 9 AND ";
static_assert(static_cast<int>(JobType::setupCall) == 1 && static_cast<int>(JobType::teardownCall) == 2 &&
              static_cast<int>(JobType::removeFromRoom) == 9);

// $5 the call or the job, $6 the lowest type, $7 the call of a job by its id.
constexpr FixedText isOfClass = "jobs.type >= $6::smallint AND ($6::smallint < 3 OR jobs.type <> 9) AND ";
constexpr FixedText isOfCall = "jobs.call_id = $5::text AND " + isOfClass;
constexpr FixedText isOfId =
    "jobs.id = $5::text AND ($7::text IS NULL OR jobs.call_id = $7::text) AND " + isOfClass;

constexpr FixedText inOrder = " ORDER BY jobs.available_at, jobs.sequence";

// OFFSET 0 keeps the locks out of the search: one is taken for each row that comes out of it, in order, and
// the first that is had ends it.
constexpr FixedText search =
    "(SELECT jobs.sequence, jobs.available_at, coalesce(jobs.call_id, jobs.id) AS name "
    "FROM @jobs AS jobs WHERE ";
constexpr FixedText andReadable = " AND " + readableJob + inOrder + " OFFSET 0) AS found ";
constexpr FixedText isCandidate = "set_config('messenger.candidate', chosen.sequence::text, true)";

// How many entries of an index this session has read, those of dead rows too. The server sets the count back
// now and then, between transactions.
template <std::size_t Size>
constexpr auto entriesRead(const FixedText<Size>& index) {
  return "coalesce(pg_stat_get_xact_tuples_returned(to_regclass('" + index + "')), 0)";
}

// In the queue: always one row, as it tells how many entries the search has read; the job is NULL when there
// is none. $5 the key of claims.
template <std::size_t Which, std::size_t Index>
constexpr auto chooseFrom(const FixedText<Which>& which, const FixedText<Index>& index) {
  return "SELECT " + isCandidate + ", chosen.available_at, " + entriesRead(index) +
         " - before.entries FROM (SELECT " + entriesRead(index) +
         " AS entries OFFSET 0) AS before LEFT JOIN LATERAL (SELECT found.* FROM " + search + which +
         available + andReadable +
         "WHERE pg_try_advisory_xact_lock(hashtextextended(found.name, $5::bigint)) LIMIT 1) AS chosen ON "
         "true";
}

// Who asks for this job or call gets it, or none: they wait for those who choose now. $4 the key of claims.
constexpr FixedText chooseThis =
    "SELECT " + isCandidate + ", chosen.available_at FROM (SELECT found.* FROM " + search;
constexpr FixedText whenFree =
    "WHERE pg_advisory_xact_lock(hashtextextended(found.name, $4::bigint)) IS NOT NULL LIMIT 1) AS chosen";
constexpr FixedText chooseAnyText = chooseFrom(FixedText(""), FixedText("@jobs_next"));
constexpr FixedText chooseUrgentText = chooseFrom(isUrgent, FixedText("@jobs_urgent"));
constexpr FixedText chooseSweepText = chooseFrom(isSweep, FixedText("@jobs_sweeps"));
constexpr FixedText chooseOfCallText = chooseThis + isOfCall + availableToo + andReadable + whenFree;
constexpr FixedText chooseOfIdText = chooseThis + isOfId + availableToo + andReadable + whenFree;

// Set by the statement above, for its transaction.
constexpr FixedText candidate = "nullif(current_setting('messenger.candidate', true), '')::bigint";

// Those that were passed over on the way, because they cannot be read. The end of the way is one condition of
// the index: one more walk through all that wait would make each claim as slow as the queue is long.
constexpr FixedText passedOver =
    "SELECT " + jobColumns + ", " + callColumns +
    " FROM @jobs AS jobs LEFT JOIN @calls AS calls ON calls.id = jobs.call_id WHERE ";
constexpr FixedText beforeTheCandidate =
    " AND NOT " + readableJob +
    " AND (jobs.available_at, jobs.sequence) < (coalesce((SELECT chosen.available_at FROM @jobs AS chosen "
    "WHERE chosen.sequence = " +
    candidate + "), $2::bigint), coalesce(" + candidate + ", 9223372036854775807))" + inOrder + " LIMIT 100";
constexpr FixedText passedOverAnyText = passedOver + available + beforeTheCandidate;
constexpr FixedText passedOverUrgentText = passedOver + isUrgent + available + beforeTheCandidate;
constexpr FixedText passedOverSweepText = passedOver + isSweep + available + beforeTheCandidate;

constexpr FixedText lockCallText =
    "SELECT 1 FROM @calls AS calls WHERE calls.id = (SELECT jobs.call_id FROM @jobs AS jobs "
    "WHERE jobs.sequence = " +
    candidate + ") FOR UPDATE";

// $4 the new lease.
constexpr FixedText takeText =
    "UPDATE @jobs AS jobs SET attempts = jobs.attempts + 1, token = jobs.token + 1, "
    "leased_until = $4::bigint WHERE jobs.sequence = " +
    candidate + " AND " + availableToo + " RETURNING " + jobColumns;

// The call of the job, if this transaction has taken that; to be closed.
constexpr FixedText callOfTaken =
    "(SELECT jobs.call_id FROM @jobs AS jobs WHERE jobs.sequence = " + candidate +
    " AND jobs.xmin = pg_current_xact_id_if_assigned()::xid";

// A claim of another job of the call, whose lease has ended.
constexpr FixedText revokeText =
    "UPDATE @jobs AS jobs SET leased_until = NULL WHERE jobs.call_id = " + callOfTaken +
    ") AND jobs.sequence <> " + candidate + " AND jobs.leased_until IS NOT NULL";

// The intent to make a room is stored before anyone makes one. $1 the wall clock.
constexpr FixedText intendText =
    "UPDATE @calls AS calls SET room_may_exist = true, updated_at = $1::bigint, "
    "revision = calls.revision + 1 WHERE calls.id = " +
    callOfTaken + " AND jobs.type = 1) AND num_nulls(calls.ended_at) = 1 AND NOT calls.setup_complete " +
    "AND NOT calls.room_may_exist";
constexpr FixedText callOfText =
    "SELECT " + callColumns +
    ", (SELECT count(*) FROM @call_participants AS each WHERE each.call_sequence = calls.sequence "
    "AND each.left_at IS NULL) FROM @calls AS calls WHERE calls.id = " +
    callOfTaken + ")";
constexpr FixedText ringsOfText =
    "SELECT " + ringColumns +
    " FROM @call_rings AS call_rings WHERE call_rings.state = 1 AND call_rings.call_sequence = "
    "(SELECT calls.sequence FROM @calls AS calls WHERE calls.rings AND calls.id = " +
    callOfTaken + ")) ORDER BY call_rings.user_type, call_rings.user_id";

constexpr FixedText addText =
    "INSERT INTO @jobs (id, type, queue, call_id, cutoff, created_at, available_at, media_id) "
    "VALUES ($1::text, $2::smallint, $3::text, $4::text, $5::bigint, $6::bigint, $7::bigint, $8::text)";

// A claim is valid while its token is the latest and the job is leased; a settled job is not leased.
constexpr FixedText holds = "id = $1::text AND token = $2::bigint AND leased_until IS NOT NULL";
// Those that claim a job of this call come before or after, and see each other.
constexpr FixedText lockCallOfText =
    "SELECT 1 FROM @calls AS calls WHERE calls.id = (SELECT jobs.call_id FROM @jobs AS jobs "
    "WHERE jobs.id = $1::text) FOR UPDATE";
constexpr FixedText renewText = "UPDATE @jobs SET leased_until = $3::bigint WHERE " + holds;
constexpr FixedText doneText = "DELETE FROM @jobs WHERE " + holds;
constexpr FixedText retryText =
    "UPDATE @jobs SET leased_until = NULL, available_at = $3::bigint, last_error = $4::text WHERE " + holds;
constexpr FixedText failText =
    "UPDATE @jobs SET leased_until = NULL, failed = true, last_error = $3::text WHERE " + holds;

constexpr FixedText retryAllText =
    "UPDATE @jobs SET failed = false, attempts = 0, available_at = $1::bigint WHERE failed";
constexpr FixedText retryOneText = retryAllText + " AND id = $2::text";
constexpr FixedText announceAnyText = "SELECT pg_notify($1::text, $2::text)";

constexpr FixedText list = "SELECT " + jobColumns + " FROM @jobs AS jobs WHERE ";
constexpr FixedText ofPage = "jobs.sequence > $1::bigint ORDER BY jobs.sequence LIMIT $2::bigint";
constexpr FixedText waitingText = list + "NOT jobs.failed AND " + ofPage;
constexpr FixedText failedText = list + "jobs.failed AND " + ofPage;

constexpr FixedText isWaiting = "(jobs.leased_until IS NULL OR jobs.leased_until <= $2::bigint)";
constexpr FixedText countText =
    "SELECT count(*) FILTER (WHERE " + isWaiting +
    "), count(*) FILTER (WHERE jobs.leased_until > $2::bigint), "
    "min(jobs.available_at) FILTER (WHERE " +
    isWaiting + " AND " + readableJob +
    "), (SELECT count(*) FROM @jobs AS each WHERE each.queue = $1::text AND each.failed), "
    "count(*) FILTER (WHERE " +
    isWaiting + " AND jobs.available_at <= $2::bigint AND NOT " + readableJob +
    ") FROM @jobs AS jobs WHERE jobs.queue = $1::text AND NOT jobs.failed";

constexpr FixedText countByTypeText =
    "SELECT type, count(*) FILTER (WHERE NOT failed AND available_at > $2::bigint AND " + isWaiting +
    "), count(*) FILTER (WHERE NOT failed AND available_at <= $2::bigint AND " + isWaiting +
    "), count(*) FILTER (WHERE leased_until > $2::bigint), count(*) FILTER (WHERE failed), "
    "min(available_at) FILTER (WHERE NOT failed AND available_at <= $2::bigint AND " +
    isWaiting + ") FROM @jobs AS jobs WHERE queue = $1::text AND type BETWEEN 1 AND 10 GROUP BY type";
static_assert(static_cast<int>(JobType::stopRinging) == 10, "the last type that can be read");

/// The statements of one question, by class: the least urgent job that may be taken.
struct ByClass {
  Sql sweep;
  Sql urgent;
  Sql all;

  [[nodiscard]] Sql of(JobClass leastUrgent) const {
    switch (leastUrgent) {
      case JobClass::sweep:
        return sweep;
      case JobClass::teardown:
        return urgent;
      case JobClass::setup:
        break;
    }
    return all;
  }
};
constexpr ByClass chooseIn{chooseSweepText, chooseUrgentText, chooseAnyText};
constexpr ByClass passedOverIn{passedOverSweepText, passedOverUrgentText, passedOverAnyText};

int lowestType(JobClass leastUrgent) {
  switch (leastUrgent) {
    case JobClass::sweep:
      return static_cast<int>(JobType::checkCallsActivity);
    case JobClass::teardown:
      return static_cast<int>(JobType::teardownCall);
    case JobClass::setup:
      break;
  }
  return static_cast<int>(JobType::setupCall);
}

/// The statements of a claim.
struct Claiming {
  /// In the queue it begins with jobs that are available from then on.
  Claiming(const JobQueue::ClaimRequest& request, StorageTime from, std::int64_t claims) {
    const StorageTime ended = request.takesOver ? request.now : StorageTime::min();
    const int lowest = lowestType(request.leastUrgent);
    if (request.job) {
      batch.add(chooseOfIdText, key(request.queue), request.now, ended, claims, key(*request.job), lowest,
                key(request.call));
    } else if (request.call) {
      batch.add(chooseOfCallText, key(request.queue), request.now, ended, claims, key(*request.call), lowest);
    } else {
      batch.add(chooseIn.of(request.leastUrgent), key(request.queue), request.now, ended, from, claims);
      passedOver =
          batch.add(passedOverIn.of(request.leastUrgent), key(request.queue), request.now, ended, from);
    }
    batch.add(lockCallText);
    taken = batch.add(takeText, key(request.queue), request.now, ended, request.leaseUntil);
    batch.add(revokeText);
    intended = batch.add(intendText, request.wallNow);
    call = batch.add(callOfText);
    rings = batch.add(ringsOfText);
  }

  Batch batch;
  std::size_t passedOver = 0;  ///< 0: not asked
  std::size_t taken = 0;
  std::size_t intended = 0;
  std::size_t call = 0;
  std::size_t rings = 0;
};

void notePassedOver(Rows rows, UnreadableRows& unreadable) {
  while (rows.next()) {
    readOrNote(rows, {"job"}, unreadable, [](const Rows& row) {
      Job job = readJob(row);
      if (!row.isNull(jobColumnCount)) static_cast<void>(readCall(row, jobColumnCount));
      return job;
    });
  }
}

JobQueue::ClaimedJob readClaimed(const Results& results, const Claiming& claiming,
                                 UnreadableRows& unreadable) {
  JobQueue::ClaimedJob claimed{readJob(results.row(claiming.taken))};
  Rows call = results.rows(claiming.call);
  if (!call.next()) return claimed;
  CallState& state = claimed.call.emplace();
  state.call = readCall(call);
  state.inCall = call.count(callColumnCount);
  Rows rings = results.rows(claiming.rings);
  state.rings = readPage(rings, std::numeric_limits<std::size_t>::max(), {"ring of", 1}, unreadable,
                         [](const Rows& row) { return readRing(row, 0); });
  claimed.beginsCreate =
      claimed.job.type == JobType::setupCall && state.call.active() && !state.call.setupComplete;
  return claimed;
}

}  // namespace

void PostgresJobQueue::add(const NewJob& job) {
  Batch batch;
  batch.add(addText, job.id, job.type, job.queue, job.call, job.cutoff, job.createdAt, job.availableAt,
            job.mediaId);
  if (isAnnounced(job, pool_)) addAnnouncement(batch, pool_, job.id);
  static_cast<void>(pool_.write(std::move(batch)));
}

std::optional<JobQueue::ClaimedJob> PostgresJobQueue::claim(const ClaimRequest& request) {
  const Deadline until = pool_.deadline();
  // Where nothing is taken over, jobs are passed by that the next claim may want.
  const bool looks = !request.job && !request.call && request.takesOver;
  while (true) {
    const StorageTime from = looks ? looks_.begin(request) : StorageTime::min();
    const Claiming claiming(request, from, pool_.lockKey(ConnectionPool::LockOf::claims));
    const auto begun = steady_clock::now();
    const Results results = pool_.write(claiming.batch, until);
    const auto took = std::chrono::duration_cast<Duration>(steady_clock::now() - begun);
    if (claiming.passedOver != 0) notePassedOver(results.rows(claiming.passedOver), pool_.unreadable());
    Rows chosen = results.rows(0);
    const bool found = chosen.next() && !chosen.isNull(1);
    if (looks)
      looks_.end(request, from, {found ? chosen.storageTime(1) : request.now, chosen.count(2), took});
    if (results.rows(claiming.taken).size() > 0) return readClaimed(results, claiming, pool_.unreadable());
    // Where one was chosen, others were faster: there may be another one.
    if (!found) return std::nullopt;
  }
}

bool PostgresJobQueue::renew(const JobId& job, std::int64_t token, StorageTime leaseUntil) {
  Batch batch;
  batch.add(lockCallOfText, key(job));
  batch.add(renewText, key(job), token, leaseUntil);
  return pool_.write(std::move(batch)).changed(1) == 1;
}

bool PostgresJobQueue::settle(const Settlement& settlement) {
  Batch batch;
  switch (settlement.kind) {
    case Settlement::Kind::done:
      batch.add(doneText, key(settlement.job), settlement.token);
      break;
    case Settlement::Kind::retry:
      batch.add(retryText, key(settlement.job), settlement.token, settlement.availableAt, settlement.error);
      break;
    case Settlement::Kind::fail:
      batch.add(failText, key(settlement.job), settlement.token, settlement.error);
      break;
  }
  return pool_.write(std::move(batch)).changed(0) == 1;
}

std::size_t PostgresJobQueue::retryFailed(const std::optional<JobId>& job, StorageTime now) {
  Batch batch;
  if (job) {
    batch.add(retryOneText, now, key(*job));
  } else {
    batch.add(retryAllText, now);
  }
  batch.next();
  batch.add(announceAnyText, pool_.jobsChannel(), std::to_string(now.time_since_epoch().count()));
  return pool_.write(std::move(batch)).changed(0);
}

std::vector<Job> PostgresJobQueue::list(const ListQuery& query) {
  const Deadline until = pool_.deadline();
  // Constants, as clang 14 with sanitizers crashes on immediate functions within `?:`.
  constexpr Sql failed = failedText;
  constexpr Sql waiting = waitingText;
  const auto ask = [&](std::int64_t after, std::int64_t most) {
    Batch batch;
    batch.add(query.failed ? failed : waiting, after, most);
    return pool_.read(std::move(batch), until);
  };
  return readListing(query.after, query.limit, {"job"}, pool_.unreadable(), ask, readJob);
}

JobCounts PostgresJobQueue::counts(const std::string& queue, StorageTime now) {
  Batch batch;
  batch.add(countText, key(queue), now);
  const Results results = pool_.read(std::move(batch));
  const Rows row = results.row(0);
  return {row.count(0), row.count(1), row.count(3), row.maybeStorageTime(2), row.count(4)};
}

std::vector<JobQueue::TypeCounts> PostgresJobQueue::countsByType(const std::string& queue, StorageTime now) {
  Batch batch;
  batch.add(countByTypeText, key(queue), now);
  const Results results = pool_.read(std::move(batch));
  std::vector<TypeCounts> types;
  for (Rows row = results.rows(0); row.next();) {
    types.push_back({static_cast<JobType>(row.integer(0)), row.count(1), row.count(2), row.count(3),
                     row.count(4), row.maybeStorageTime(5)});
  }
  return types;
}

}  // namespace messenger::postgres
