#pragma once

#include "rules/decision.hpp"

namespace messenger::inline v0::rules {

/// A member ends the call for everyone. They must be in it, and in a group be its owner or a thread admin.
[[nodiscard]] Decision endCall(const CallState& state, const Access& access, const RuleConfig& config,
                               Now now);

}  // namespace messenger::rules
