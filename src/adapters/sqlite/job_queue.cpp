#include "adapters/sqlite/changes.hpp"
#include "adapters/sqlite/sqlite_storage.hpp"

namespace messenger::sqlite {

namespace {

// ?1 queue, ?2 now. A lease that ends now holds no more.
constexpr FixedText available =
    "j.queue = ?1 AND j.parked = 0 AND j.available_at <= ?2 "
    "AND (j.leased_until IS NULL OR j.leased_until <= ?2) "
    "AND NOT EXISTS (SELECT 1 FROM jobs AS o WHERE o.call_id = j.call_id AND o.sequence <> j.sequence "
    "AND o.leased_until > ?2) ";
constexpr FixedText first = " ORDER BY j.available_at, j.sequence LIMIT 1";

// The unary plus keeps SQLite from walking the whole queue when the index of the call, or of the id, is at
// hand.
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
    "UPDATE jobs SET parked = 0, attempts = 0, available_at = ?1 WHERE parked = 1";
constexpr FixedText retryOneText = retryAllText + " AND id = ?2";

constexpr FixedText waitingText =
    "SELECT " + jobColumns + " FROM jobs WHERE parked = 0 AND sequence > ?1 ORDER BY sequence LIMIT ?2";
constexpr FixedText parkedText =
    "SELECT " + jobColumns + " FROM jobs WHERE parked = 1 AND sequence > ?1 ORDER BY sequence LIMIT ?2";

constexpr FixedText countText =
    "SELECT count(*) FILTER (WHERE leased_until IS NULL OR leased_until <= ?2), "
    "count(*) FILTER (WHERE leased_until > ?2), "
    "min(available_at) FILTER (WHERE leased_until IS NULL OR leased_until <= ?2), "
    "(SELECT count(*) FROM jobs WHERE queue = ?1 AND parked = 1) "
    "FROM jobs WHERE queue = ?1 AND parked = 0";

/// The job that a claim would take now.
std::optional<std::int64_t> findNext(Connection& connection, const ClaimParams& params) {
  const auto sequence = [](Query& query) -> std::optional<std::int64_t> {
    if (!query.next()) return std::nullopt;
    return query.integer(0);
  };
  if (params.job) {
    Query query(connection, thisOne, params.queue, params.now, *params.job, params.call);
    return sequence(query);
  }
  if (params.call) {
    Query query(connection, nextOfCall, params.queue, params.now, *params.call);
    return sequence(query);
  }
  Query query(connection, nextInQueue, params.queue, params.now);
  return sequence(query);
}

Job claim(Connection& connection, std::int64_t sequence, TimePoint leaseUntil) {
  Query query(connection, claimText, sequence, leaseUntil);
  query.next();
  Job job = readJob(query);
  query.run();
  return job;
}

/// The call that a claimed job is about; the intent to make a room is stored before anyone makes one.
void attachCall(Connection& connection, ClaimedJob& claimed, TimePoint now) {
  if (!claimed.job.call) return;
  claimed.call = loadCall(connection, *claimed.job.call);
  if (!claimed.call || claimed.job.type != JobType::setupCall) return;
  Call& call = *claimed.call;
  claimed.beginsCreate = call.active() && !call.setupComplete;
  if (!claimed.beginsCreate || call.roomMayExist) return;
  call.roomMayExist = true;
  call.updatedAt = now;
  ++call.revision;
  Query(connection, intendText, call.sequence, now, call.revision).run();
}

}  // namespace

void SqliteStorage::addJob(const NewJob& job) {
  pool_.writeOne([&](Connection& connection) {
    insertJob(connection, job, job.availableAt);
    return true;
  });
}

std::optional<ClaimedJob> SqliteStorage::claimJob(const ClaimParams& params) {
  // Looking first, with a reader: an idle poll takes no lock that others wait for.
  const auto look = [&](Connection& connection) { return findNext(connection, params); };
  if (!pool_.readOne(look)) return std::nullopt;

  return pool_.write([&](Connection& connection, Transaction& transaction) -> std::optional<ClaimedJob> {
    const std::optional<std::int64_t> sequence = look(connection);
    if (!sequence) return std::nullopt;
    ClaimedJob claimed;
    claimed.job = claim(connection, *sequence, params.leaseUntil);
    attachCall(connection, claimed, params.now);
    transaction.commit();
    return claimed;
  });
}

bool SqliteStorage::renewJob(const JobId& job, std::int64_t token, TimePoint leaseUntil) {
  return pool_.writeOne([&](Connection& connection) {
    return Query(connection, renewText, job, token, leaseUntil).run() == 1;
  });
}

bool SqliteStorage::settleJob(const Settlement& settlement) {
  return pool_.writeOne([&](Connection& connection) { return settle(connection, settlement); });
}

std::size_t SqliteStorage::retryParked(const std::optional<JobId>& job, TimePoint now) {
  return pool_.writeOne([&](Connection& connection) {
    return job ? Query(connection, retryOneText, now, *job).run()
               : Query(connection, retryAllText, now).run();
  });
}

std::vector<Job> SqliteStorage::jobs(const JobQuery& query) const {
  return pool_.readOne([&](Connection& connection) {
    std::vector<Job> found;
    // Constants, as clang 14 with sanitizers crashes on immediate functions within `?:`.
    constexpr Sql parked = parkedText;
    constexpr Sql waiting = waitingText;
    Query rows(connection, query.parked ? parked : waiting, query.after, query.limit);
    while (rows.next()) found.push_back(readJob(rows));
    return found;
  });
}

JobCounts SqliteStorage::jobCounts(const std::string& queue, TimePoint now) const {
  return pool_.readOne([&](Connection& connection) {
    Query row(connection, countText, queue, now);
    row.next();
    return JobCounts{row.count(0), row.count(1), row.count(3), row.maybeTime(2)};
  });
}

}  // namespace messenger::sqlite
