#include "rules/member_removed.hpp"

#include "rules/call_rules.hpp"

namespace messenger::rules {

Decision memberRemoved(const CallState& state, const UserId& user, const RuleConfig& config, Now now) {
  if (!whyNotInCall(state, user)) {
    return takeOut(state, *state.find(user), {.reason = EndReason::lastLeft, .removed = user}, config, now);
  }
  Decision decision;
  decision.gone = user;
  return decision;
}

}  // namespace messenger::rules
