#include "rules/end_empty.hpp"

#include "rules/call_rules.hpp"

namespace messenger::inline v0::rules {

Decision endEmpty(const Settlement& timer, const CallState& state, const RuleConfig& config, Now now) {
  Decision decision;
  if (!state.call.active() || state.inCall > 0) return decision;
  decision.change = changeOf(state, now);
  decision.change->settles = timer;
  addEnd(decision, state, {.reason = EndReason::lastLeft}, config, now);
  return decision;
}

}  // namespace messenger::rules
