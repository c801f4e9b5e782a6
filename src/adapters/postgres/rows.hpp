#pragma once

#include "adapters/postgres/results.hpp"
#include "adapters/postgres/sql.hpp"
#include "messenger/contracts/thread_directory.hpp"
#include "messenger/model/call.hpp"
#include "messenger/model/call_participant.hpp"
#include "messenger/model/call_ring.hpp"
#include "messenger/model/call_session.hpp"
#include "messenger/model/job.hpp"
#include "messenger/model/thread.hpp"

namespace messenger::inline v0::postgres {

// Which columns a SELECT or RETURNING lists, and the values made of them. Each reader takes the number of its
// first column, and throws StorageUnreadable for what this version would not have written.

inline constexpr FixedText callColumns =
    "calls.sequence, calls.id, calls.thread_id, calls.owner_type, calls.owner_id, calls.type, "
    "calls.created_at, calls.updated_at, calls.ended_at, calls.end_reason, calls.ended_by_type, "
    "calls.ended_by_id, calls.setup_complete, calls.teardown_complete, calls.room_may_exist, calls.room_id, "
    "calls.room_pin, calls.room_payload, calls.room_secret, calls.revision, calls.limit_participants, "
    "calls.limit_duration, calls.limit_warning, calls.limit_alone, calls.limit_empty, calls.data";
inline constexpr int callColumnCount = 26;

/// With its room when it is set up.
[[nodiscard]] CallWithRoom readCall(const Rows& row, int first = 0);

inline constexpr FixedText participantColumns =
    "call_participants.sequence, call_participants.id, call_participants.user_type, "
    "call_participants.user_id, call_participants.kicked, call_participants.left_at, "
    "call_participants.created_at, call_participants.updated_at";
inline constexpr int participantColumnCount = 8;

[[nodiscard]] CallParticipant readParticipant(const Rows& row, int first, const CallId& call);

/// The same for an outer join: empty when there is no row.
[[nodiscard]] std::optional<CallParticipant> readMaybeParticipant(const Rows& row, int first,
                                                                  const CallId& call);

inline constexpr FixedText sessionColumns =
    "call_sessions.device, call_sessions.media_id, call_sessions.opened_at, call_sessions.closed_at, "
    "call_sessions.last_seen_at";
inline constexpr int sessionColumnCount = 5;

[[nodiscard]] CallSession readSession(const Rows& row, int first, const CallParticipant& participant);

inline constexpr FixedText ringColumns =
    "call_rings.user_type, call_rings.user_id, call_rings.state, call_rings.rang_at, call_rings.updated_at, "
    "call_rings.since, call_rings.until, call_rings.seen";
inline constexpr int ringColumnCount = 8;

[[nodiscard]] CallRing readRing(const Rows& row, int first);

inline constexpr FixedText jobColumns =
    "jobs.sequence, jobs.id, jobs.type, jobs.queue, jobs.call_id, jobs.cutoff, jobs.created_at, "
    "jobs.available_at, jobs.attempts, jobs.token, jobs.leased_until, jobs.failed, jobs.last_error, "
    "jobs.media_id";
inline constexpr int jobColumnCount = 14;

[[nodiscard]] Job readJob(const Rows& row);

// The same in SQL: whether a row of `jobs`, and the call that it names, can be read, also after a claim has
// raised its counters.
inline constexpr FixedText readableCall =
    "(calls.type BETWEEN 1 AND 2 AND (calls.end_reason IS NULL OR calls.end_reason BETWEEN 1 AND 10) "
    "AND calls.revision BETWEEN 0 AND 2000000000 AND calls.limit_participants BETWEEN 0 AND 1000000 "
    "AND least(calls.limit_duration, calls.limit_warning, calls.limit_alone, calls.limit_empty) >= 0 "
    "AND greatest(calls.limit_duration, calls.limit_warning, calls.limit_alone, calls.limit_empty) "
    "<= 2592000000)";
inline constexpr FixedText readableJob =
    "(jobs.type BETWEEN 1 AND 10 AND jobs.attempts BETWEEN 0 AND 1999999999 "
    "AND jobs.token BETWEEN 0 AND 1999999999 AND NOT EXISTS (SELECT 1 FROM @calls AS calls "
    "WHERE calls.id = jobs.call_id AND NOT " +
    readableCall + "))";

inline constexpr FixedText threadColumns =
    "threads.id, threads.type, threads.subject, threads.calling, threads.locked, threads.members";
inline constexpr int threadColumnCount = 6;

[[nodiscard]] Thread readThread(const Rows& row, int first);

/// A member, whose name may be missing.
inline constexpr int memberColumnCount = 7;
[[nodiscard]] ThreadMember readMember(const Rows& row, int first);

/// A thread, one user's place in it, and the other member of a private one; nothing without a thread.
inline constexpr FixedText membershipColumns =
    threadColumns +
    ", member.user_type, member.user_id, member_name.name, member.admin, member.start_calls, member.pending, "
    "member.muted, other.user_type, other.user_id, other_name.name, other.admin, other.start_calls, "
    "other.pending, other.muted";
[[nodiscard]] std::optional<Membership> readMembership(const Rows& row, int first);

/// What to join to `threads` for it. $1 and $2 are the user.
inline constexpr FixedText membershipJoins =
    " LEFT JOIN @thread_members AS member ON member.thread_id = threads.id AND member.user_type = $1::text "
    "AND member.user_id = $2::text "
    "LEFT JOIN @users AS member_name ON member_name.type = member.user_type "
    "AND member_name.id = member.user_id "
    // Of a group, whose members may be many, none is looked at.
    "LEFT JOIN @thread_members AS other ON other.thread_id = CASE WHEN threads.type = 1 THEN threads.id END "
    "AND (other.user_type <> member.user_type OR other.user_id <> member.user_id) "
    "LEFT JOIN @users AS other_name ON other_name.type = other.user_type AND other_name.id = other.user_id ";

/// A call and the rows in it of one user.
inline constexpr FixedText snapshotColumns = callColumns + ", " + participantColumns + ", " + ringColumns;

[[nodiscard]] CallSnapshot readSnapshot(const Rows& row);

/// The tables of a snapshot; $1 and $2 are the user.
inline constexpr FixedText snapshotTables =
    " FROM @calls AS calls LEFT JOIN @call_participants AS call_participants "
    "ON call_participants.call_sequence = calls.sequence AND call_participants.user_type = $1::text "
    "AND call_participants.user_id = $2::text "
    "LEFT JOIN @call_rings AS call_rings ON call_rings.call_sequence = calls.sequence "
    "AND call_rings.user_type = $1::text AND call_rings.user_id = $2::text ";

}  // namespace messenger::postgres
