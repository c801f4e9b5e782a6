#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "adapters/postgres/batch.hpp"
#include "adapters/postgres/connection_pool.hpp"
#include "adapters/postgres/rows.hpp"
#include "messenger/contracts/call_state.hpp"

namespace messenger::inline v0::postgres {

// Parts of several operations.

/// For LIMIT.
[[nodiscard]] inline std::int64_t mostRows(std::size_t limit) noexcept {
  return static_cast<std::int64_t>(std::min<std::size_t>(limit, std::numeric_limits<std::int64_t>::max()));
}

/// Users as two arrays.
struct UserArrays {
  void add(const UserId& user) {
    types.add(std::string_view{user.type});
    ids.add(std::string_view{user.id});
  }
  void addKey(const UserId& user) {
    types.addKey(user.type);
    ids.addKey(user.id);
  }
  Array types;
  Array ids;
};

/// Whether the statement's transaction has written the call: all statements of a change depend on it, so that
/// none does anything when a guard has failed. $1 is the call.
inline constexpr FixedText isOurs =
    "calls.id = $1::text AND calls.xmin = pg_current_xact_id_if_assigned()::xid";
inline constexpr FixedText ourCall = "(SELECT calls.sequence FROM @calls AS calls WHERE " + isOurs + ")";

/// The columns of a new job in the order of `addJobValues`, as parameters from $2 on.
inline constexpr FixedText jobValues =
    "$2::text, $3::smallint, $4::text, $5::text, $6::bigint, $7::bigint, $8::bigint, $9::text";
inline constexpr FixedText insertJob =
    "INSERT INTO @jobs (id, type, queue, call_id, cutoff, created_at, available_at, media_id) ";

/// Wakes the workers of all processes when a job is waiting that the batch has stored. In a transaction of
/// its own, after the change: a NOTIFY takes a lock of the whole database until its commit, so that one in
/// the transaction of the change would make all changes wait for each other's disk.
inline constexpr FixedText announceText =
    "SELECT pg_notify($1::text, jobs.available_at::text) FROM @jobs AS jobs WHERE jobs.id = $2::text";
inline void addAnnouncement(Batch& batch, const ConnectionPool& pool, const JobId& job) {
  batch.next();
  batch.add(announceText, pool.jobsChannel(), key(job));
}
/// Not one whose time has not come: it is found when somebody looks then.
[[nodiscard]] inline bool isAnnounced(const NewJob& job, const ConnectionPool& pool) {
  return job.availableAt <= pool.timeAt(ServerClock::here());
}

/// A claim is valid while its token is the latest and the job is leased; a settled job is not leased. $2 the
/// job, $3 the token.
inline constexpr FixedText claimHolds =
    "jobs.id = $2::text AND jobs.token = $3::bigint AND jobs.leased_until IS NOT NULL";

/// Raises the revision of the threads in the table expression `gone (thread_id)`.
inline constexpr FixedText raiseGone =
    "INSERT INTO @thread_revisions AS revisions (thread_id, revision) SELECT gone.thread_id, 1 FROM gone "
    "ON CONFLICT (thread_id) DO UPDATE SET revision = revisions.revision + 1 ";

/// Waits until no start of a thread is between its look at the thread's revision and its commit. $1 the
/// thread, $2 the key of threads.
inline constexpr FixedText lockThreadText =
    "SELECT pg_advisory_xact_lock(hashtextextended($1::text, $2::bigint))";

/// Reads a listing until it has `limit` rows that can be read, or there are no more: one that cannot be read
/// makes no page shorter. `ask(after, limit)` gives the rows behind the one of that sequence, which is in the
/// first column.
template <class Ask, class Read>
auto readListing(std::int64_t after, std::size_t limit, RowKind kind, UnreadableRows& unreadable, Ask ask,
                 Read read) {
  std::vector<decltype(read(std::declval<const Rows&>()))> found;
  while (found.size() < limit) {
    const std::size_t wanted = limit - found.size();
    const Results results = ask(after, mostRows(wanted));
    Rows rows = results.rows(0);
    while (rows.next()) {
      after = rows.integer(0);
      if (auto each = readOrNote(rows, kind, unreadable, read)) found.push_back(std::move(*each));
    }
    if (static_cast<std::size_t>(rows.size()) < wanted) break;
  }
  return found;
}

}  // namespace messenger::postgres
