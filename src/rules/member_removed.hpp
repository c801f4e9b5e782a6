#pragma once

#include "rules/decision.hpp"

namespace messenger::rules {

/// The user is no longer a member of the call's thread, and leaves the call.
[[nodiscard]] Decision memberRemoved(const CallState& state, const UserId& user, const RuleConfig& config,
                                     Now now);

}  // namespace messenger::rules
