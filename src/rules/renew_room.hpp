#pragma once

#include "rules/decision.hpp"

namespace messenger::rules {

/// The provider lost the room of an active call: the call counts as not set up again, and a SetupCall makes a
/// room. Nothing when the call has ended, or its setup is still to come.
[[nodiscard]] Decision renewRoom(const CallState& state, const RuleConfig& config, Now now);

}  // namespace messenger::rules
