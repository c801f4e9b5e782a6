#pragma once

#include "rules/decision.hpp"

/// What several rules have in common.
namespace messenger::rules {

/// Why the user may not act as one who is in the call: callEnded, kicked, notInCall. Nothing when they may.
[[nodiscard]] std::optional<Reason> whyNotInCall(const CallState& state, const UserId& user);

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

/// A change of this call as it was loaded; only the revision rises so far.
[[nodiscard]] CallChange changeOf(const CallState& state, Now now);

/// The wall clock as it goes into a record that began at `begin`: the clock may have been set back since, and
/// nothing ends before it began.
[[nodiscard]] inline TimePoint notBefore(TimePoint begin, TimePoint wall) {
  return wall < begin ? begin : wall;
}

/// The call's own row, for a rule that changes it: as it was loaded, updated now.
[[nodiscard]] CallWithRoom updatedRow(const CallState& state, Now now);

/// A job of the call, available now. Its id is given when it is stored.
[[nodiscard]] NewJob jobFor(JobType type, const CallId& call, const RuleConfig& config, Now now);

struct EndOfCall {
  EndReason reason = EndReason::hungUp;
  std::optional<UserId> by{};
  std::optional<UserId> removed{};  ///< see notice::Ended
};

/// Adds to the decision's change that the call ends now: its row, everyone out, a TeardownCall, the notice.
void addEnd(Decision& decision, const CallState& state, const EndOfCall& end, const RuleConfig& config,
            Now now);

/// A decision by which this participant, who is in the call, leaves it. The last one out ends the call.
[[nodiscard]] Decision takeOut(const CallState& state, const CallParticipant& row, const EndOfCall& ifEmpty,
                               const RuleConfig& config, Now now);

}  // namespace messenger::rules
