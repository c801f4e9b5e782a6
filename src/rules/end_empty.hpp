#pragma once

#include "rules/decision.hpp"

namespace messenger::inline v0::rules {

/// Nobody came back to a call that the last participant had left: it ends, and the timer is settled with
/// that. Changes nothing when it has ended, or when somebody is in it: whoever came in has cancelled this
/// timer.
[[nodiscard]] Decision endEmpty(const Settlement& timer, const CallState& state, const RuleConfig& config,
                                Now now);

}  // namespace messenger::rules
