#pragma once

#include "rules/decision.hpp"

namespace messenger::rules {

struct JoinCall {
  ParticipantId participant;  ///< for a new row; unused when the member has one
};

/// Brings the member into the call, for the first time or again. Being in it already counts as a heartbeat.
/// Guarded by the thread's revision, so that a member who is removed meanwhile does not get in.
[[nodiscard]] Decision joinCall(const JoinCall& command, const CallStore::Loaded& loaded,
                                const Access& access, Now now);

}  // namespace messenger::rules
