#pragma once

#include "rules/decision.hpp"

namespace messenger::rules {

struct JoinCall {
  ParticipantId participant;  ///< for a new row; unused when the member has one
};

/// The member joins the call, for the first time or again. When they are in it, it counts as a heartbeat. Who
/// was alone in it is so no more. `loaded` counts as far as the limit of participants. Refuses: callEnded,
/// kicked, callFull, invalidInput.
/// Guarded by the thread's revision, so that a member who is removed meanwhile does not join.
[[nodiscard]] Decision joinCall(const JoinCall& command, const CallStore::Loaded& loaded,
                                const Access& access, const RuleConfig& config, Now now);

}  // namespace messenger::rules
