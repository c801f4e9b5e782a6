#pragma once

#include "rules/decision.hpp"

namespace messenger::inline v0::rules {

/// A member who never joined declines. In a private thread this ends the call; in a group their
/// ring stops, if they are rung; else it is only announced.
[[nodiscard]] Decision ignoreCall(const CallState& state, const Access& access, const RuleConfig& config,
                                  Now now);

}  // namespace messenger::rules
