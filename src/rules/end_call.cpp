#include "rules/end_call.hpp"

#include "rules/call_rules.hpp"

namespace messenger::inline v0::rules {

Decision endCall(const CallState& state, const Access& access, const RuleConfig& config, Now now) {
  if (const auto why = whyNotInCall(state, access.member.user)) return refused(*why);
  if (!access.thread.isPrivate() && !isOwnerOrAdmin(state, access)) return refused(Reason::notOwnerOrAdmin);
  Decision decision;
  decision.change = changeOf(state, now);
  addEnd(decision, state, {.reason = EndReason::hungUp, .by = access.member.user}, config, now);
  return decision;
}

}  // namespace messenger::rules
