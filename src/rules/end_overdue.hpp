#pragma once

#include "rules/decision.hpp"

namespace messenger::inline v0::rules {

/// The call has lasted as long as it may: it ends, and the timer is settled with that. Changes nothing when
/// it has ended.
[[nodiscard]] Decision endOverdue(const Settlement& timer, const CallState& state, const RuleConfig& config,
                                  Now now);

}  // namespace messenger::rules
