#pragma once

#include "rules/decision.hpp"

namespace messenger::inline v0::rules {

/// Callees who were rung for as long as they may be have missed the call; the timer is settled with that, and
/// runs again for those who were rung later. A private call that nobody else is in ends. Changes nothing when
/// nobody is rung any more. `isPrivate`: the call's thread.
[[nodiscard]] Decision stopRinging(const Settlement& timer, bool isPrivate, const CallState& state,
                                   const RuleConfig& config, Now now);

}  // namespace messenger::rules
