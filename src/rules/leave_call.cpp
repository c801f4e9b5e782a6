#include "rules/leave_call.hpp"

#include "rules/call_rules.hpp"

namespace messenger::rules {

Decision leaveCall(const CallState& state, const UserId& user, const RuleConfig& config, Now now) {
  if (const auto why = whyNotInCall(state, user)) return refused(*why);
  return takeOut(state, *state.find(user), {.reason = EndReason::lastLeft}, config, now);
}

}  // namespace messenger::rules
