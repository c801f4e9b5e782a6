#pragma once

#include "rules/decision.hpp"

namespace messenger::rules {

struct KickParticipant {
  ParticipantId participant;
  bool kicked = true;  ///< false: un-kick, which lets them come back
};

/// Kicks a participant of a group's call, in it or not, or un-kicks them. Kicking the last one in the call
/// ends it. What is so already changes nothing, and is announced to nobody.
[[nodiscard]] Decision kickParticipant(const KickParticipant& command, const CallState& state,
                                       const Access& access, const RuleConfig& config, Now now);

}  // namespace messenger::rules
