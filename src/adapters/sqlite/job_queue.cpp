#include "adapters/sqlite/sqlite_storage.hpp"
#include "adapters/sqlite/steps.hpp"

namespace messenger::inline v0::sqlite {

namespace {

// ?1 queue, ?2 now, ?3 until when leases must have ended to count no more. A lease that ends then has ended.
constexpr FixedText available =
    "jobs.queue = ?1 AND jobs.failed = 0 AND jobs.available_at <= ?2 "
    "AND (jobs.leased_until IS NULL OR jobs.leased_until <= ?3) "
    "AND NOT EXISTS (SELECT 1 FROM jobs AS o WHERE o.call_id = jobs.call_id AND o.sequence <> jobs.sequence "
    "AND o.leased_until > ?3) ";
constexpr FixedText inOrder = " ORDER BY jobs.available_at, jobs.sequence";

// A job, its call, and how many are in that.
constexpr FixedText candidate =
    "SELECT " + jobColumns + ", " + callColumns +
    ", (SELECT count(*) FROM call_participants WHERE call_sequence = calls.sequence AND left_at IS NULL), "
    "calls.rings FROM jobs ";
constexpr FixedText withCall = "LEFT JOIN calls ON calls.id = jobs.call_id WHERE ";

// The numbers of the types rise with their urgency, but for RemoveFromRoom, which asks the provider as a
// teardown does; what a newer version adds counts as most urgent.
// Those of the urgent ones have indexes of their own: a claim must not walk past all setups that wait.
constexpr FixedText urgentIndex = "INDEXED BY jobs_urgent ";
constexpr FixedText isUrgent = "jobs.type > 1 AND ";
constexpr FixedText sweepIndex = "INDEXED BY jobs_sweeps ";
constexpr FixedText isSweep = "jobs.type > 2 AND jobs.type <> 9 AND ";
static_assert(static_cast<int>(JobType::setupCall) == 1 && static_cast<int>(JobType::teardownCall) == 2 &&
              static_cast<int>(JobType::removeFromRoom) == 9);

// The unary plus keeps SQLite from scanning the whole queue when it can use the index of the call or of the
// id.
constexpr FixedText ofCall =
    "jobs.call_id = ?4 AND (jobs.type >= ?5 AND (?5 < 3 OR jobs.type <> 9)) AND +" + available;
constexpr FixedText ofId =
    "jobs.id = ?4 AND (jobs.type >= ?5 AND (?5 < 3 OR jobs.type <> 9)) AND (?6 IS NULL OR jobs.call_id = ?6) "
    "AND +" +
    available;

constexpr FixedText nextInQueue = candidate + withCall + available + inOrder;
constexpr FixedText nextUrgent = candidate + urgentIndex + withCall + isUrgent + available + inOrder;
constexpr FixedText nextSweep = candidate + sweepIndex + withCall + isSweep + available + inOrder;
constexpr FixedText nextOfCall = candidate + withCall + ofCall + inOrder;
constexpr FixedText thisOne = candidate + withCall + ofId;

constexpr FixedText any = "SELECT 1 FROM jobs ";
constexpr FixedText anyInQueue = any + "WHERE " + available + "LIMIT 1";
constexpr FixedText anyUrgent = any + urgentIndex + "WHERE " + isUrgent + available + "LIMIT 1";
constexpr FixedText anySweep = any + sweepIndex + "WHERE " + isSweep + available + "LIMIT 1";
constexpr FixedText anyOfCall = any + "WHERE " + ofCall + "LIMIT 1";
constexpr FixedText anyOfId = any + "WHERE " + ofId;

constexpr FixedText claimText =
    "UPDATE jobs SET attempts = ?2, token = ?3, leased_until = ?4 WHERE sequence = ?1";

// A claim of another job of the call, whose lease has ended.
constexpr FixedText revokeText =
    "UPDATE jobs SET leased_until = NULL WHERE call_id = ?1 AND sequence <> ?2 AND leased_until IS NOT NULL";

constexpr FixedText intendText =
    "UPDATE calls SET room_may_exist = 1, updated_at = ?2, revision = ?3 WHERE sequence = ?1";

constexpr FixedText renewText =
    "UPDATE jobs SET leased_until = ?3 WHERE id = ?1 AND token = ?2 AND leased_until IS NOT NULL";

constexpr FixedText retryAllText =
    "UPDATE jobs SET failed = 0, attempts = 0, available_at = ?1 WHERE failed = 1";
constexpr FixedText retryOneText = retryAllText + " AND id = ?2";

constexpr FixedText waitingText =
    "SELECT " + jobColumns + " FROM jobs WHERE failed = 0 AND sequence > ?1 ORDER BY sequence";
constexpr FixedText failedText =
    "SELECT " + jobColumns + " FROM jobs WHERE failed = 1 AND sequence > ?1 ORDER BY sequence";

constexpr FixedText countText =
    "SELECT count(*) FILTER (WHERE leased_until IS NULL OR leased_until <= ?2), "
    "count(*) FILTER (WHERE leased_until > ?2), "
    "min(available_at) FILTER (WHERE (leased_until IS NULL OR leased_until <= ?2) AND " +
    readableJob +
    "), "
    "(SELECT count(*) FROM jobs WHERE queue = ?1 AND failed = 1), "
    "count(*) FILTER (WHERE (leased_until IS NULL OR leased_until <= ?2) AND available_at <= ?2 AND NOT " +
    readableJob +
    ") "
    "FROM jobs WHERE queue = ?1 AND failed = 0";

constexpr FixedText countByTypeText =
    "SELECT type, count(*) FILTER (WHERE failed = 0 AND available_at > ?2 "
    "AND (leased_until IS NULL OR leased_until <= ?2)), "
    "count(*) FILTER (WHERE failed = 0 AND available_at <= ?2 "
    "AND (leased_until IS NULL OR leased_until <= ?2)), "
    "count(*) FILTER (WHERE leased_until > ?2), count(*) FILTER (WHERE failed = 1), "
    "min(available_at) FILTER (WHERE failed = 0 AND available_at <= ?2 "
    "AND (leased_until IS NULL OR leased_until <= ?2)) "
    "FROM jobs WHERE queue = ?1 AND type BETWEEN 1 AND 10 GROUP BY type";
static_assert(static_cast<int>(JobType::stopRinging) == 10, "the last type that can be read");

JobQueue::ClaimedJob readCandidate(const Query& row) {
  JobQueue::ClaimedJob found{readJob(row)};
  if (row.isNull(jobColumnCount)) return found;
  CallState& state = found.call.emplace();
  state.call = readCall(row, jobColumnCount);
  state.inCall = row.count(jobColumnCount + callColumnCount);
  return found;
}

/// The first of these jobs that can be read, as can its call.
std::optional<JobQueue::ClaimedJob> firstReadable(Connection& connection, Query& jobs,
                                                  UnreadableRows& unreadable) {
  while (jobs.next()) {
    auto found = readOrNote(jobs, {"job"}, unreadable, readCandidate);
    if (!found) continue;
    const bool hasRings = found->call && jobs.integer(jobColumnCount + callColumnCount + 1) != 0;
    if (hasRings)
      found->call->rings =
          ringsOf(connection, found->call->call.sequence, std::nullopt, /*all=*/false, unreadable);
    return found;
  }
  return std::nullopt;
}

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
constexpr ByClass anyOfQueue{anySweep, anyUrgent, anyInQueue};
constexpr ByClass nextOfQueue{nextSweep, nextUrgent, nextInQueue};

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

/// Whether there is one that a claim could take if it can be read.
bool hasNext(Connection& connection, const JobQueue::ClaimRequest& request) {
  const int lowest = lowestType(request.leastUrgent);
  const StorageTime ended = request.takesOver ? request.now : StorageTime::min();
  if (request.job) {
    return Query(connection, anyOfId, request.queue, request.now, ended, *request.job, lowest, request.call)
        .next();
  }
  if (request.call) {
    return Query(connection, anyOfCall, request.queue, request.now, ended, *request.call, lowest).next();
  }
  return Query(connection, anyOfQueue.of(request.leastUrgent), request.queue, request.now, ended).next();
}

/// The job that a claim would take now, with its call, as they are before the claim.
std::optional<JobQueue::ClaimedJob> findNext(Connection& connection, const JobQueue::ClaimRequest& request,
                                             UnreadableRows& unreadable) {
  const int lowest = lowestType(request.leastUrgent);
  const StorageTime ended = request.takesOver ? request.now : StorageTime::min();
  if (request.job) {
    Query query(connection, thisOne, request.queue, request.now, ended, *request.job, lowest, request.call);
    return firstReadable(connection, query, unreadable);
  }
  if (request.call) {
    Query query(connection, nextOfCall, request.queue, request.now, ended, *request.call, lowest);
    return firstReadable(connection, query, unreadable);
  }
  Query query(connection, nextOfQueue.of(request.leastUrgent), request.queue, request.now, ended);
  return firstReadable(connection, query, unreadable);
}

void take(Connection& connection, Job& job, StorageTime leaseUntil) {
  ++job.attempts;
  ++job.token;
  job.leasedUntil = leaseUntil;
  Query(connection, claimText, job.sequence, job.attempts, job.token, leaseUntil).run();
  if (job.call) Query(connection, revokeText, *job.call, job.sequence).run();
}

/// The intent to make a room is stored before anyone makes one.
void storeIntent(Connection& connection, JobQueue::ClaimedJob& claimed, TimePoint now) {
  if (!claimed.call) return;
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
  // Looking first: an idle poll takes no lock that others wait for.
  const auto look = [&](Connection& connection) { return hasNext(connection, request); };
  if (!pool_.readShort(deadline, look)) return std::nullopt;

  return pool_.write(deadline, [&](Connection& connection) -> std::optional<ClaimedJob> {
    std::optional<ClaimedJob> claimed = findNext(connection, request, pool_.unreadable());
    if (!claimed) return std::nullopt;
    take(connection, claimed->job, request.leaseUntil);
    storeIntent(connection, *claimed, request.wallNow);
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
    // Constants, as clang 14 with sanitizers crashes on immediate functions within `?:`.
    constexpr Sql failed = failedText;
    constexpr Sql waiting = waitingText;
    Query rows(connection, query.failed ? failed : waiting, query.after);
    return readPage(rows, query.limit, {"job"}, pool_.unreadable(), readJob);
  });
}

JobCounts SqliteJobQueue::counts(const std::string& queue, StorageTime now) {
  return pool_.readOne([&](Connection& connection) {
    Query row(connection, countText, queue, now);
    row.next();
    return JobCounts{row.count(0), row.count(1), row.count(3), row.maybeStorageTime(2), row.count(4)};
  });
}

std::vector<JobQueue::TypeCounts> SqliteJobQueue::countsByType(const std::string& queue, StorageTime now) {
  return pool_.readOne([&](Connection& connection) {
    std::vector<TypeCounts> types;
    for (Query row(connection, countByTypeText, queue, now); row.next();) {
      types.push_back({static_cast<JobType>(row.integer(0)), row.count(1), row.count(2), row.count(3),
                       row.count(4), row.maybeStorageTime(5)});
    }
    return types;
  });
}

}  // namespace messenger::sqlite
