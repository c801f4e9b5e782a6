#include "adapters/sqlite/sqlite_storage.hpp"
#include "adapters/sqlite/steps.hpp"

namespace messenger::sqlite {

namespace {

// ?1 queue, ?2 now. A lease that ends now has ended.
constexpr FixedText available =
    "j.queue = ?1 AND j.failed = 0 AND j.available_at <= ?2 "
    "AND (j.leased_until IS NULL OR j.leased_until <= ?2) "
    "AND NOT EXISTS (SELECT 1 FROM jobs AS o WHERE o.call_id = j.call_id AND o.sequence <> j.sequence "
    "AND o.leased_until > ?2) ";
constexpr FixedText first = " ORDER BY j.available_at, j.sequence LIMIT 1";

// The unary plus keeps SQLite from scanning the whole queue when it can use the index of the call or of the
// id.
constexpr FixedText nextInQueue = "SELECT j.sequence FROM jobs AS j WHERE " + available + first;
constexpr FixedText nextOfCall =
    "SELECT j.sequence FROM jobs AS j WHERE j.call_id = ?3 AND +" + available + first;
constexpr FixedText thisOne =
    "SELECT j.sequence FROM jobs AS j WHERE j.id = ?3 AND (?4 IS NULL OR j.call_id = ?4) AND +" + available;

constexpr FixedText claimText =
    "UPDATE jobs SET attempts = attempts + 1, token = token + 1, leased_until = ?2 WHERE sequence = ?1 "
    "RETURNING " +
    jobColumns;

constexpr FixedText intendText =
    "UPDATE calls SET room_may_exist = 1, updated_at = ?2, revision = ?3 WHERE sequence = ?1";

constexpr FixedText renewText =
    "UPDATE jobs SET leased_until = ?3 WHERE id = ?1 AND token = ?2 AND leased_until IS NOT NULL";

constexpr FixedText retryAllText =
    "UPDATE jobs SET failed = 0, attempts = 0, available_at = ?1 WHERE failed = 1";
constexpr FixedText retryOneText = retryAllText + " AND id = ?2";

constexpr FixedText waitingText =
    "SELECT " + jobColumns + " FROM jobs WHERE failed = 0 AND sequence > ?1 ORDER BY sequence LIMIT ?2";
constexpr FixedText failedText =
    "SELECT " + jobColumns + " FROM jobs WHERE failed = 1 AND sequence > ?1 ORDER BY sequence LIMIT ?2";

constexpr FixedText countText =
    "SELECT count(*) FILTER (WHERE leased_until IS NULL OR leased_until <= ?2), "
    "count(*) FILTER (WHERE leased_until > ?2), "
    "min(available_at) FILTER (WHERE leased_until IS NULL OR leased_until <= ?2), "
    "(SELECT count(*) FROM jobs WHERE queue = ?1 AND failed = 1) "
    "FROM jobs WHERE queue = ?1 AND failed = 0";

/// The job that a claim would take.
std::optional<std::int64_t> findNext(Connection& connection, const JobQueue::ClaimRequest& request) {
  const auto sequence = [](Query& query) -> std::optional<std::int64_t> {
    if (!query.next()) return std::nullopt;
    return query.integer(0);
  };
  if (request.job) {
    Query query(connection, thisOne, request.queue, request.now, *request.job, request.call);
    return sequence(query);
  }
  if (request.call) {
    Query query(connection, nextOfCall, request.queue, request.now, *request.call);
    return sequence(query);
  }
  Query query(connection, nextInQueue, request.queue, request.now);
  return sequence(query);
}

Job take(Connection& connection, std::int64_t sequence, StorageTime leaseUntil) {
  Query query(connection, claimText, sequence, leaseUntil);
  query.next();
  Job job = readJob(query);
  query.run();
  return job;
}

constexpr FixedText callText =
    "SELECT " + callColumns +
    ", (SELECT count(*) FROM call_participants WHERE call_sequence = calls.sequence AND left_at IS NULL) "
    "FROM calls WHERE id = ?1";

/// The call of a claimed job. Also stores the intent to make a room.
void attachCall(Connection& connection, JobQueue::ClaimedJob& claimed, TimePoint now) {
  if (!claimed.job.call) return;
  {
    Query row(connection, callText, *claimed.job.call);
    if (!row.next()) return;
    CallState& state = claimed.call.emplace();
    state.call = readCall(row);
    state.inCall = row.count(callColumnCount);
  }
  CallWithRoom& call = claimed.call->call;
  claimed.beginsCreate = claimed.job.type == JobType::setupCall && call.active() && !call.setupComplete;
  if (!claimed.beginsCreate || call.roomMayExist) return;
  call.roomMayExist = true;
  call.updatedAt = now;
  ++call.revision;
  Query(connection, intendText, call.sequence, now, call.revision).run();
}

}  // namespace

void SqliteJobQueue::add(const NewJob& job) {
  pool_.write([&](Connection& connection) {
    insertJob(connection, job);
    return true;
  });
}

std::optional<JobQueue::ClaimedJob> SqliteJobQueue::claim(const ClaimRequest& request) {
  const Deadline deadline = pool_.deadline();
  // Looks first with a reader, so that an idle poll takes no lock that others wait for.
  const auto look = [&](Connection& connection) { return findNext(connection, request); };
  if (!pool_.readOne(deadline, look)) return std::nullopt;

  return pool_.write(deadline, [&](Connection& connection) -> std::optional<ClaimedJob> {
    const std::optional<std::int64_t> sequence = look(connection);
    if (!sequence) return std::nullopt;
    ClaimedJob claimed;
    claimed.job = take(connection, *sequence, request.leaseUntil);
    attachCall(connection, claimed, request.wallNow);
    return claimed;
  });
}

bool SqliteJobQueue::renew(const JobId& job, std::int64_t token, StorageTime leaseUntil) {
  return pool_.write([&](Connection& connection) {
    return Query(connection, renewText, job, token, leaseUntil).run() == 1;
  });
}

bool SqliteJobQueue::settle(const Settlement& settlement) {
  return pool_.write([&](Connection& connection) { return sqlite::settle(connection, settlement); });
}

std::size_t SqliteJobQueue::retryFailed(const std::optional<JobId>& job, StorageTime now) {
  return pool_.write([&](Connection& connection) {
    return job ? Query(connection, retryOneText, now, *job).run()
               : Query(connection, retryAllText, now).run();
  });
}

std::vector<Job> SqliteJobQueue::list(const ListQuery& query) {
  return pool_.readOne([&](Connection& connection) {
    std::vector<Job> found;
    // Constants, as clang 14 with sanitizers crashes on immediate functions within `?:`.
    constexpr Sql failed = failedText;
    constexpr Sql waiting = waitingText;
    Query rows(connection, query.failed ? failed : waiting, query.after, query.limit);
    while (rows.next()) found.push_back(readJob(rows));
    return found;
  });
}

JobQueue::Counts SqliteJobQueue::counts(const std::string& queue, StorageTime now) {
  return pool_.readOne([&](Connection& connection) {
    Query row(connection, countText, queue, now);
    row.next();
    return Counts{row.count(0), row.count(1), row.count(3), row.maybeStorageTime(2)};
  });
}

}  // namespace messenger::sqlite
