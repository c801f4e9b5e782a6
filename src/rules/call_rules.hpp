#pragma once

#include "rules/decision.hpp"

/// Parts shared by several rules.
namespace messenger::inline v0::rules {

/// Why the user may not act as a participant in the call: callEnded, kicked, notInCall. Empty when they may.
[[nodiscard]] std::optional<Reason> whyNotInCall(const CallState& state, const UserId& user);

/// Why the user cannot be put into a thread or a call: invalidInput, when the type is not valid
/// (`UserId::isType`). The detail begins with "user.type".
[[nodiscard]] std::optional<Refusal> whyNotType(const UserId& user);

/// Why the text cannot name a device: invalidInput; none is named by an empty one. The detail begins with
/// "device".
[[nodiscard]] std::optional<Refusal> whyNotDevice(const DeviceId& device);

/// The session of this device, open from now on.
[[nodiscard]] CallSession openSession(const CallParticipant& row, const DeviceId& device,
                                      const std::optional<Secret>& mediaId, Now now);

/// How many sessions of the user are open, whose sessions were loaded.
[[nodiscard]] std::size_t countOpen(const CallState& state, const UserId& user);

/// Owner of the call, or admin of the thread.
[[nodiscard]] bool isOwnerOrAdmin(const CallState& state, const Access& access);

// Whether a verb may notify the whole thread, as far as the loaded state tells: its roster is then read
// instead of the membership.

using NotifiesThread = bool (*)(const CallStore::Loaded&);
[[nodiscard]] inline bool never(const CallStore::Loaded&) {
  return false;
}
[[nodiscard]] inline bool always(const CallStore::Loaded&) {
  return true;
}
/// When one more participant who leaves ends the call.
[[nodiscard]] inline bool whenLast(const CallStore::Loaded& loaded) {
  return loaded.call && loaded.call->inCall <= 1;
}

/// An empty change of the loaded call: it only raises the revision.
[[nodiscard]] CallChange changeOf(const CallState& state, Now now);

/// The wall-clock time to store in a record that began at `begin`. The clock may have been set back since,
/// but nothing may end before it began.
[[nodiscard]] inline TimePoint notBefore(TimePoint begin, TimePoint wall) {
  return wall < begin ? begin : wall;
}

/// The call's row, for a rule that changes it: as it was loaded, with a new `updatedAt`.
[[nodiscard]] CallWithRoom updatedRow(const CallState& state, Now now);

/// A job of the call, available now. The engine gives it an id.
[[nodiscard]] NewJob jobFor(JobType type, const CallId& call, const RuleConfig& config, Now now);

/// A job of the call that becomes available after this time.
[[nodiscard]] NewJob timerFor(JobType type, const CallId& call, Duration after, const RuleConfig& config,
                              Now now);

struct EndOfCall {
  EndReason reason = EndReason::hungUp;
  std::optional<UserId> by{};
  std::optional<UserId> removed{};  ///< see notice::Ended
};

/// Adds the end of the call to the decision: its row, everyone leaves, its timers go, a TeardownCall, the
/// notice.
void addEnd(Decision& decision, const CallState& state, const EndOfCall& end, const RuleConfig& config,
            Now now);

/// Adds what follows from it that the decision takes one participant out: the call ends with the last one, or
/// the time runs until then; when one is left, the time runs that they may be alone.
void addOneLess(Decision& decision, const CallState& state, const EndOfCall& ifEmpty,
                const RuleConfig& config, Now now);

/// A decision that takes this participant out of the call they are in, with what follows. `device`: the last
/// one, when it was that one which left.
[[nodiscard]] Decision takeOut(const CallState& state, const CallParticipant& row, const DeviceId& device,
                               const EndOfCall& ifEmpty, const RuleConfig& config, Now now);

/// A decision that closes one open session of the user who was asked for: they stay in the call while another
/// one is open, and are taken out with the last.
[[nodiscard]] Decision closeSession(const CallState& state, const CallSession& session, DeviceLeft::Why why,
                                    const EndOfCall& ifEmpty, const RuleConfig& config, Now now);

/// Adds that this session closes while its participant stays in the call.
void addClosing(Decision& decision, const CallSession& session, DeviceLeft::Why why, const RuleConfig& config,
                Now now);

/// Adds that the open sessions of this user, which were loaded, go out of the room, unless the call ends with
/// the decision: its room goes then.
void addRemovals(Decision& decision, const CallState& state, const UserId& user, const RuleConfig& config,
                 Now now);

}  // namespace messenger::rules
