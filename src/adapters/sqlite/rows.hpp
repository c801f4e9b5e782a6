#pragma once

#include "adapters/sqlite/query.hpp"
#include "adapters/sqlite/sql.hpp"
#include "messenger/model/call.hpp"
#include "messenger/model/call_participant.hpp"
#include "messenger/model/call_ring.hpp"
#include "messenger/model/call_session.hpp"
#include "messenger/model/job.hpp"
#include "messenger/model/thread.hpp"

namespace messenger::inline v0::sqlite {

// Which columns a SELECT or RETURNING lists, and the values made of them. Each reader takes the number of its
// first column, and throws StorageUnreadable for what this version would not have written.

// Tables have no alias, so that SELECT and RETURNING can share these.
inline constexpr FixedText callColumns =
    "calls.sequence, calls.id, calls.thread_id, calls.owner_type, calls.owner_id, calls.type, "
    "calls.created_at, calls.updated_at, calls.ended_at, calls.end_reason, calls.ended_by_type, "
    "calls.ended_by_id, calls.setup_complete, calls.teardown_complete, calls.room_may_exist, calls.room_id, "
    "calls.room_pin, calls.room_payload, calls.room_secret, calls.revision, calls.limit_participants, "
    "calls.limit_duration, calls.limit_warning, calls.limit_alone, calls.limit_empty, calls.data";
inline constexpr int callColumnCount = 26;

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

inline constexpr FixedText sessionColumns =
    "call_sessions.device, call_sessions.media_id, call_sessions.opened_at, call_sessions.closed_at, "
    "call_sessions.last_seen_at";
inline constexpr int sessionColumnCount = 5;

[[nodiscard]] CallSession readSession(const Query& row, int first, const CallParticipant& participant);

inline constexpr FixedText ringColumns =
    "call_rings.user_type, call_rings.user_id, call_rings.state, call_rings.rang_at, call_rings.updated_at, "
    "call_rings.since, call_rings.until, call_rings.seen";
inline constexpr int ringColumnCount = 8;

[[nodiscard]] CallRing readRing(const Query& row, int first);

inline constexpr FixedText jobColumns =
    "jobs.sequence, jobs.id, jobs.type, jobs.queue, jobs.call_id, jobs.cutoff, jobs.created_at, "
    "jobs.available_at, jobs.attempts, jobs.token, jobs.leased_until, jobs.failed, jobs.last_error, "
    "jobs.media_id";
inline constexpr int jobColumnCount = 14;

[[nodiscard]] Job readJob(const Query& row);

// The same in SQL, for counting: whether a row of `jobs`, and the call that it names, can be read.
inline constexpr FixedText readableCall =
    "calls.type BETWEEN 1 AND 2 AND (calls.end_reason IS NULL OR calls.end_reason BETWEEN 1 AND 10) "
    "AND calls.revision BETWEEN 0 AND 2000000000 AND calls.limit_participants BETWEEN 0 AND 1000000 "
    "AND min(calls.limit_duration, calls.limit_warning, calls.limit_alone, calls.limit_empty) >= 0 "
    "AND max(calls.limit_duration, calls.limit_warning, calls.limit_alone, calls.limit_empty) <= 2592000000";
inline constexpr FixedText readableJob =
    "(jobs.type BETWEEN 1 AND 10 AND jobs.attempts BETWEEN 0 AND 2000000000 "
    "AND jobs.token BETWEEN 0 AND 2000000000 AND NOT EXISTS (SELECT 1 FROM calls WHERE calls.id = "
    "jobs.call_id AND NOT (" +
    readableCall + ")))";

inline constexpr FixedText threadColumns = "type, subject, calling, locked, members";
inline constexpr int threadColumnCount = 5;

[[nodiscard]] Thread readThread(const Query& row, int first, const ThreadId& id);

/// As text, which must outlive the Query that stores it.
[[nodiscard]] inline std::optional<std::string> revealed(const std::optional<Secret>& secret) {
  return secret ? std::optional{secret->reveal()} : std::nullopt;
}

/// A call and the rows in it of one user.
inline constexpr FixedText snapshotColumns = callColumns + ", " + participantColumns + ", " + ringColumns;

[[nodiscard]] CallSnapshot readSnapshot(const Query& row);

}  // namespace messenger::sqlite
