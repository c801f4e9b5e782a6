#pragma once

#include "rules/decision.hpp"

namespace messenger::inline v0::rules {

/// Somebody has been alone in the call for as long as they may: it ends, and the timer is settled with that.
/// Changes nothing when it has ended, or when there are several: whoever joined has cancelled this timer.
[[nodiscard]] Decision endLone(const Settlement& timer, const CallState& state, const RuleConfig& config,
                               Now now);

}  // namespace messenger::rules
