#pragma once

#include "rules/decision.hpp"

namespace messenger::rules {

/// A member ends the call for everyone: one who is in it, and in a group owns it or is an admin.
[[nodiscard]] Decision endCall(const CallState& state, const Access& access, const RuleConfig& config,
                               Now now);

}  // namespace messenger::rules
