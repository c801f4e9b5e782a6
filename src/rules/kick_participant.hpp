#pragma once

#include "rules/decision.hpp"

namespace messenger::inline v0::rules {

struct KickParticipant {
  ParticipantId participant;
  bool kicked = true;  ///< false: un-kick, which lets them join again
};

/// Kicks a participant of a call in a group, in it or not, or un-kicks them. Kicking the last participant in
/// the call ends it. When nothing changes, nothing is announced.
[[nodiscard]] Decision kickParticipant(const KickParticipant& command, const CallState& state,
                                       const Access& access, const RuleConfig& config, Now now);

}  // namespace messenger::rules
