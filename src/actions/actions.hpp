#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "actions/call_policy.hpp"
#include "actions/context.hpp"
#include "actions/follow_ups.hpp"
#include "messenger/contracts/video_driver.hpp"
#include "messenger/result.hpp"
#include "messenger/views.hpp"

/// All verbs on one page; each `.cpp` beside this file implements one. A verb reads what it needs, lets the
/// policy decide, makes its change in one storage operation, and delivers what that causes. Jobs it caused
/// are noted in `followUps`.
namespace messenger::actions {

// access.cpp: the checks that all verbs share

[[nodiscard]] Result<Caller> findCaller(Context& context, const CallId& call, const UserId& user);

/// Thread and membership, or threadNotFound, notMember.
[[nodiscard]] Result<Caller> findThreadCaller(Context& context, const ThreadId& thread, const UserId& user);

// Verbs

Result<Call> startCall(Context& context, const ThreadId& thread, const UserId& user, FollowUps& followUps);
Result<Joined> joinCall(Context& context, const CallId& call, const UserId& user);
Result<CallParticipant> leaveCall(Context& context, const CallId& call, const UserId& user,
                                  FollowUps& followUps);
Result<Call> endCall(Context& context, const CallId& call, const UserId& user, FollowUps& followUps);
Result<Call> ignoreCall(Context& context, const CallId& call, const UserId& user, FollowUps& followUps);
Result<void> heartbeat(Context& context, const CallId& call, const UserId& user);
Result<CallParticipant> kickParticipant(Context& context, const CallId& call, const UserId& user,
                                        const ParticipantId& participant, bool kicked, FollowUps& followUps);

/// Takes somebody out of a call without asking who may: silent ones, removed members. Nothing when not in it.
LeaveOutcome putOut(Context& context, const InCallKey& who, EndReason ifEmpty, FollowUps& followUps);

/// Ends a call without asking who may: the host, maintenance, a setup that failed. `failure` events come
/// before CallEnded.
EndOutcome endWithoutAsking(Context& context, const EndChange& change, FollowUps& followUps,
                            const std::function<std::vector<Event>(const Call&)>& failure = nullptr);

void memberRemoved(Context& context, const ThreadId& thread, const UserId& user, FollowUps& followUps);

// Rooms: what the jobs SetupCall and TeardownCall do

/// How a try at a room went. A failure is not settled yet: the runner retries or gives up.
struct RoomTry {
  enum class Kind : std::uint8_t { done, notNeeded, lost, failed };
  Kind kind = Kind::done;
  std::string error;  ///< when failed: fit to be stored and shown
};

RoomTry setupRoom(Context& context, const VideoDriverFactory& drivers, const ClaimedJob& claimed,
                  FollowUps& followUps);
/// After a `create` that failed when its claim held no more: if the call has ended, a new TeardownCall sees
/// to what may be there. REQUIRES: the claim is settled or lost.
void reportLateRoom(Context& context, const ClaimedJob& claimed, FollowUps& followUps);
RoomTry teardownRoom(Context& context, const VideoDriverFactory& drivers, const ClaimedJob& claimed);

/// No further try: the job is parked and, for a setup, the call ends. Returns false when the job was lost to
/// another worker.
bool giveUpSetup(Context& context, const ClaimedJob& claimed, const Settlement& parked, FollowUps& followUps);
bool giveUpTeardown(Context& context, const ClaimedJob& claimed, const Settlement& parked);

/// The provider lost the room of an active call: a SetupCall makes it anew. False: there is nothing to renew.
Result<bool> renewRoom(Context& context, const CallId& call, FollowUps& followUps);

// Sweeps

/// Where a sweep stands: behind one call, or between two batches of them.
enum class SweepPoint : std::uint8_t { call, batch };

/// Called at each such point; false stops the sweep. In synchronous mode it runs what the sweep has caused so
/// far, so that a call's room goes before the next call ends.
using KeepGoing = std::function<bool(SweepPoint)>;

/// Puts out the silent of the calls up to `cutoff`. Returns false when stopped. Throws the last error after
/// it has tried all.
bool checkActivity(Context& context, std::int64_t cutoff, FollowUps& followUps, const KeepGoing& keepGoing);

/// Ends the active calls up to `cutoff`, with EndReason::maintenance. The same.
bool endCalls(Context& context, std::int64_t cutoff, FollowUps& followUps, const KeepGoing& keepGoing);

/// Writes the heartbeats heard within `window` to the storage, and forgets who left elsewhere.
void flushPresence(Context& context, Duration window);

// Queries

[[nodiscard]] CallView viewOf(const CallSnapshot& seen, const Thread& thread, const ThreadMember& member);
[[nodiscard]] Result<CallView> showCall(Context& context, const CallId& call, const UserId& user);
[[nodiscard]] Result<CallHistory> callHistory(Context& context, const ThreadId& thread, const UserId& user,
                                              const std::optional<CallId>& before);
[[nodiscard]] Result<std::vector<CallParticipant>> participants(Context& context, const CallId& call,
                                                                const UserId& user);
[[nodiscard]] Result<CallParticipant> participant(Context& context, const CallId& call, const UserId& user,
                                                  const ParticipantId& participant);
[[nodiscard]] std::vector<CallView> activeCalls(Context& context, const UserId& user);

}  // namespace messenger::actions
