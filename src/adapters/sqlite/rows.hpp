#pragma once

#include "adapters/sqlite/query.hpp"
#include "adapters/sqlite/sql.hpp"
#include "messenger/model/call.hpp"
#include "messenger/model/call_participant.hpp"
#include "messenger/model/job.hpp"

namespace messenger::sqlite {

// Which columns a SELECT or RETURNING lists, and the values made of them. Each reader takes the number of its
// first column, and throws StorageCorrupt for what the library cannot have written.

inline constexpr FixedText callColumns =
    "c.sequence, c.id, c.thread_id, c.owner_type, c.owner_id, c.type, c.created_at, c.updated_at, "
    "c.ended_at, c.end_reason, c.ended_by_type, c.ended_by_id, c.setup_complete, c.teardown_complete, "
    "c.room_may_exist, c.room_id, c.room_pin, c.room_payload, c.room_secret, c.revision";
inline constexpr int callColumnCount = 20;

/// With its room when it is set up.
[[nodiscard]] Call readCall(const Query& row, int first = 0);

inline constexpr FixedText participantColumns =
    "p.sequence, p.id, p.user_type, p.user_id, p.kicked, p.left_at, p.created_at, p.updated_at";
inline constexpr int participantColumnCount = 8;

[[nodiscard]] CallParticipant readParticipant(const Query& row, int first, const CallId& call);

/// The same of an outer join: nothing when there is no row.
[[nodiscard]] std::optional<CallParticipant> readMaybeParticipant(const Query& row, int first,
                                                                  const CallId& call);

inline constexpr FixedText jobColumns =
    "sequence, id, type, queue, call_id, cutoff, created_at, available_at, attempts, token, leased_until, "
    "parked, last_error";

[[nodiscard]] Job readJob(const Query& row);

/// A call and the row in it of one user.
inline constexpr FixedText snapshotColumns = callColumns + ", " + participantColumns;

[[nodiscard]] CallSnapshot readSnapshot(const Query& row);

}  // namespace messenger::sqlite
