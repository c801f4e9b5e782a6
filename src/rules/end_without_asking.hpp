#pragma once

#include "rules/decision.hpp"

namespace messenger::rules {

/// Ends the call whoever is in it: the host does, or maintenance. Refuses: callEnded.
[[nodiscard]] Decision endWithoutAsking(const CallState& state, EndReason reason, const RuleConfig& config,
                                        Now now);

}  // namespace messenger::rules
