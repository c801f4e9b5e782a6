#include "adapters/postgres/postgres_storage.hpp"
#include "adapters/postgres/steps.hpp"

namespace messenger::inline v0::postgres {
namespace {

/// A transaction ends after so many participants, however few calls these are.
constexpr std::int64_t rowsAtOnce = 2000;

// The oldest calls first, and nothing behind the first one that began too late. $1 the time.
// OFFSET 0 as in job_queue.cpp.
constexpr FixedText prunableCalls =
    " FROM @calls AS calls WHERE calls.sequence < coalesce((SELECT young.sequence FROM @calls AS young "
    "WHERE young.started_at >= $1::bigint ORDER BY young.sequence LIMIT 1), 9223372036854775807) "
    "AND calls.ended_at IS NOT NULL AND NOT calls.room_may_exist "
    "AND NOT EXISTS (SELECT 1 FROM @jobs AS jobs WHERE jobs.call_id = calls.id OFFSET 0) "
    "AND NOT EXISTS (SELECT 1 FROM @call_participants AS each WHERE each.call_sequence = calls.sequence "
    "AND each.departed_at >= $1::bigint) ";

constexpr FixedText pruneText =
    "WITH old AS MATERIALIZED (SELECT calls.sequence" + prunableCalls +
    "ORDER BY calls.sequence LIMIT $2::bigint FOR UPDATE), "
    "sized AS (SELECT old.sequence, sum((SELECT count(*) FROM @call_participants AS each "
    "WHERE each.call_sequence = old.sequence)) OVER (ORDER BY old.sequence) AS rows FROM old), "
    "gone AS MATERIALIZED (SELECT sized.sequence FROM sized WHERE sized.rows <= $3::bigint "
    "OR sized.sequence = (SELECT min(old.sequence) FROM old)), "
    "sessions AS (DELETE FROM @call_sessions AS sessions USING @call_participants AS participants, gone "
    "WHERE participants.sequence = sessions.participant_sequence "
    "AND participants.call_sequence = gone.sequence), "
    "participants AS (DELETE FROM @call_participants AS participants USING gone "
    "WHERE participants.call_sequence = gone.sequence), "
    "rings AS (DELETE FROM @call_rings AS rings USING gone WHERE rings.call_sequence = gone.sequence) "
    "DELETE FROM @calls AS calls USING gone WHERE calls.sequence = gone.sequence";
constexpr FixedText prunableText = "SELECT count(*)" + prunableCalls;

// Another user in the place of one: $1 and $2 the user, $3 and $4 the other one, $5 after which call, $6 how
// many calls.
constexpr FixedText eraseText =
    "WITH part AS MATERIALIZED (SELECT sequence FROM @calls WHERE sequence > $5::bigint ORDER BY sequence "
    "LIMIT $6::bigint), "
    "named AS MATERIALIZED (SELECT calls.sequence FROM @calls AS calls JOIN part "
    "ON part.sequence = calls.sequence WHERE "
    "(calls.owner_type = $1::text AND calls.owner_id = $2::text) "
    "OR (calls.ended_by_type = $1::text AND calls.ended_by_id = $2::text) "
    "OR EXISTS (SELECT 1 FROM @call_participants AS each WHERE each.call_sequence = calls.sequence "
    "AND each.user_type = $1::text AND each.user_id = $2::text) "
    "OR EXISTS (SELECT 1 FROM @call_rings AS ring WHERE ring.call_sequence = calls.sequence "
    "AND ring.user_type = $1::text AND ring.user_id = $2::text) "
    "ORDER BY calls.sequence FOR UPDATE OF calls), "
    "participants AS (UPDATE @call_participants AS participants SET user_type = $3::text, "
    "user_id = $4::text FROM named WHERE participants.call_sequence = named.sequence "
    "AND participants.user_type = $1::text AND participants.user_id = $2::text), "
    "rings AS (UPDATE @call_rings AS rings SET user_type = $3::text, user_id = $4::text FROM named "
    "WHERE rings.call_sequence = named.sequence AND rings.user_type = $1::text "
    "AND rings.user_id = $2::text), "
    "changed AS (UPDATE @calls AS calls SET revision = calls.revision + 1, "
    "owner_type = CASE WHEN calls.owner_type = $1::text AND calls.owner_id = $2::text THEN $3::text "
    "ELSE calls.owner_type END, "
    "owner_id = CASE WHEN calls.owner_type = $1::text AND calls.owner_id = $2::text THEN $4::text "
    "ELSE calls.owner_id END, "
    "ended_by_type = CASE WHEN calls.ended_by_type = $1::text AND calls.ended_by_id = $2::text "
    "THEN $3::text ELSE calls.ended_by_type END, "
    "ended_by_id = CASE WHEN calls.ended_by_type = $1::text AND calls.ended_by_id = $2::text "
    "THEN $4::text ELSE calls.ended_by_id END "
    "FROM named WHERE calls.sequence = named.sequence RETURNING 1) "
    "SELECT (SELECT count(*) FROM changed), (SELECT count(*) FROM part), (SELECT max(sequence) FROM part)";

}  // namespace

std::size_t PostgresCallStore::prune(const PruneRequest& request) {
  Batch batch;
  batch.add(pruneText, request.endedBefore, mostRows(request.limit), rowsAtOnce);
  return pool_.write(std::move(batch)).changed(0);
}

CallStore::Erased PostgresCallStore::erase(const EraseRequest& request) {
  Batch batch;
  batch.add(eraseText, key(request.user), request.instead, request.after, mostRows(request.limit));
  const Results results = pool_.write(std::move(batch));
  const Rows row = results.row(0);
  Erased erased;
  erased.calls = row.count(0);
  if (row.count(1) == request.limit) erased.next = row.maybeInteger(2);
  return erased;
}

std::size_t PostgresCallStore::prunable(StorageTime endedBefore) {
  Batch batch;
  batch.add(prunableText, endedBefore);
  return pool_.read(std::move(batch)).row(0).count(0);
}

}  // namespace messenger::postgres
