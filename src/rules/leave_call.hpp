#pragma once

#include "rules/decision.hpp"

namespace messenger::rules {

/// The user leaves the call. It ends when the last participant leaves.
[[nodiscard]] Decision leaveCall(const CallState& state, const UserId& user, const RuleConfig& config,
                                 Now now);

}  // namespace messenger::rules
