#pragma once

#include "rules/decision.hpp"

namespace messenger::inline v0::rules {

/// Ends the call without permission checks, for the host and for maintenance. Refuses: callEnded.
[[nodiscard]] Decision endWithoutAsking(const CallState& state, EndReason reason, const RuleConfig& config,
                                        Now now);

}  // namespace messenger::rules
