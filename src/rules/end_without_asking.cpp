#include "rules/end_without_asking.hpp"

#include "rules/call_rules.hpp"

namespace messenger::inline v0::rules {

Decision endWithoutAsking(const CallState& state, EndReason reason, const RuleConfig& config, Now now) {
  if (!state.call.active()) return refused(Reason::callEnded);
  Decision decision;
  decision.change = changeOf(state, now);
  addEnd(decision, state, {.reason = reason}, config, now);
  return decision;
}

}  // namespace messenger::rules
