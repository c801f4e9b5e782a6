#pragma once

#include "rules/decision.hpp"

namespace messenger::inline v0::rules {

/// The provider lost the room of an active call: the call counts as not set up, and a SetupCall makes a new
/// room. Changes nothing when the call has ended, or its setup is pending.
[[nodiscard]] Decision renewRoom(const CallState& state, const RuleConfig& config, Now now);

}  // namespace messenger::rules
