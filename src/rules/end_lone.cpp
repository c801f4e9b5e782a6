#include "rules/end_lone.hpp"

#include "rules/call_rules.hpp"

namespace messenger::inline v0::rules {

Decision endLone(const Settlement& timer, const CallState& state, const RuleConfig& config, Now now) {
  Decision decision;
  if (!state.call.active() || state.inCall > 1) return decision;
  decision.change = changeOf(state, now);
  decision.change->settles = timer;
  addEnd(decision, state, {.reason = EndReason::alone}, config, now);
  return decision;
}

}  // namespace messenger::rules
