#pragma once

#include "rules/decision.hpp"

namespace messenger::rules {

/// Announces to all who are in the call that it ends soon, and settles the timer with that, so that it is
/// announced once. `state` has everyone who is in the call. Changes nothing when the call has ended.
[[nodiscard]] Decision warnOfEnd(const Job& timer, const CallState& state, const RuleConfig& config, Now now);

}  // namespace messenger::rules
