#include "adapters/postgres/postgres_storage.hpp"
#include "adapters/postgres/steps.hpp"

namespace messenger::inline v0::postgres {
namespace {

// Waits for the starts that have looked at the switch, so that each is counted, or looks again and is
// refused.
constexpr FixedText lockText = "SELECT pg_advisory_xact_lock($1::bigint)";
constexpr FixedText setText =
    "INSERT INTO @settings (key, value) VALUES ('calls_down_until', $1::bigint) "
    "ON CONFLICT (key) DO UPDATE SET value = excluded.value";
constexpr FixedText activeText =
    "SELECT count(*), coalesce(max(sequence), 0) FROM @calls WHERE end_reason IS NULL";
constexpr FixedText activeWithSweepText =
    "WITH active AS MATERIALIZED (SELECT count(*) AS number, coalesce(max(sequence), 0) AS highest "
    "FROM @calls WHERE end_reason IS NULL), sweep AS (" +
    insertJob +
    "SELECT $1::text, $2::smallint, $3::text, $4::text, active.highest, $5::bigint, $6::bigint, $7::text "
    "FROM active WHERE active.number > 0) SELECT number, highest FROM active";
constexpr FixedText clearText = "DELETE FROM @settings WHERE key = 'calls_down_until' RETURNING value";
constexpr FixedText untilText = "SELECT value FROM @settings WHERE key = 'calls_down_until'";

}  // namespace

CallStore::ActiveSummary PostgresSwitches::takeCallsDown(const TakeDown& change) {
  Batch batch;
  batch.add(lockText, pool_.lockKey(ConnectionPool::LockOf::callsDown));
  batch.add(setText, change.until);
  std::size_t active = 0;
  if (change.sweep) {
    const NewJob& job = *change.sweep;
    active = batch.add(activeWithSweepText, job.id, job.type, job.queue, job.call, job.createdAt,
                       job.availableAt, job.mediaId);
    if (isAnnounced(job, pool_)) addAnnouncement(batch, pool_, job.id);
  } else {
    active = batch.add(activeText);
  }
  const Results results = pool_.write(std::move(batch));
  const Rows row = results.row(active);
  return {row.count(0), row.integer(1)};
}

bool PostgresSwitches::bringCallsUp(StorageTime now) {
  Batch batch;
  batch.add(clearText);
  const Results results = pool_.write(std::move(batch));
  Rows row = results.rows(0);
  return row.next() && row.storageTime(0) > now;
}

std::optional<StorageTime> PostgresSwitches::callsDownUntil() {
  Batch batch;
  batch.add(untilText);
  const Results results = pool_.read(std::move(batch));
  Rows row = results.rows(0);
  if (!row.next()) return std::nullopt;
  return row.storageTime(0);
}

}  // namespace messenger::postgres
