#pragma once

#include "adapters/sqlite/query.hpp"
#include "adapters/sqlite/sql.hpp"
#include "messenger/model/call.hpp"
#include "messenger/model/call_participant.hpp"
#include "messenger/model/job.hpp"

namespace messenger::sqlite {

// The column lists of SELECT and RETURNING, and readers that make values of them. Each reader takes the
// number of its first column, and throws StorageCorrupt for values that the library cannot have written.

// Tables have no alias, so that SELECT and RETURNING can share these.
inline constexpr FixedText callColumns =
    "calls.sequence, calls.id, calls.thread_id, calls.owner_type, calls.owner_id, calls.type, "
    "calls.created_at, calls.updated_at, calls.ended_at, calls.end_reason, calls.ended_by_type, "
    "calls.ended_by_id, calls.setup_complete, calls.teardown_complete, calls.room_may_exist, calls.room_id, "
    "calls.room_pin, calls.room_payload, calls.room_secret, calls.revision";
inline constexpr int callColumnCount = 20;

/// With its room when it is set up.
[[nodiscard]] CallWithRoom readCall(const Query& row, int first = 0);

inline constexpr FixedText participantColumns =
    "call_participants.sequence, call_participants.id, call_participants.user_type, "
    "call_participants.user_id, call_participants.kicked, call_participants.left_at, "
    "call_participants.created_at, call_participants.updated_at";
inline constexpr int participantColumnCount = 8;

[[nodiscard]] CallParticipant readParticipant(const Query& row, int first, const CallId& call);

/// The same for an outer join: empty when there is no row.
[[nodiscard]] std::optional<CallParticipant> readMaybeParticipant(const Query& row, int first,
                                                                  const CallId& call);

inline constexpr FixedText jobColumns =
    "sequence, id, type, queue, call_id, cutoff, created_at, available_at, attempts, token, leased_until, "
    "failed, last_error";

[[nodiscard]] Job readJob(const Query& row);

/// A call and the row in it of one user.
inline constexpr FixedText snapshotColumns = callColumns + ", " + participantColumns;

[[nodiscard]] CallSnapshot readSnapshot(const Query& row);

}  // namespace messenger::sqlite
