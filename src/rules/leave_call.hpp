#pragma once

#include "rules/decision.hpp"

namespace messenger::inline v0::rules {

/// The user leaves the call with this device; with all of them where none is named. They are out of the call
/// with their last one, and it ends when the last participant leaves. Refuses: callEnded, kicked, notInCall,
/// invalidInput.
[[nodiscard]] Decision leaveCall(const CallState& state, const UserId& user, const DeviceId& device,
                                 const RuleConfig& config, Now now);

}  // namespace messenger::rules
