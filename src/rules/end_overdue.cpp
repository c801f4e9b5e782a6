#include "rules/end_overdue.hpp"

#include "rules/call_rules.hpp"

namespace messenger::inline v0::rules {

Decision endOverdue(const Settlement& timer, const CallState& state, const RuleConfig& config, Now now) {
  Decision decision;
  if (!state.call.active()) return decision;
  decision.change = changeOf(state, now);
  decision.change->settles = timer;
  addEnd(decision, state, {.reason = EndReason::maxDuration}, config, now);
  return decision;
}

}  // namespace messenger::rules
