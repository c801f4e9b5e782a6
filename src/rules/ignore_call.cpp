#include "rules/ignore_call.hpp"

#include "rules/call_rules.hpp"

namespace messenger::rules {

Decision ignoreCall(const CallState& state, const Access& access, const RuleConfig& config, Now now) {
  const UserId& user = access.member.user;
  if (!state.call.active()) return refused(Reason::callEnded);
  if (state.find(user) != nullptr) return refused(Reason::alreadyJoined);
  Decision decision;
  decision.notices = {notice::Ignored{user}};
  if (access.thread.isGroup()) return decision;
  decision.change = changeOf(state, now);
  addEnd(decision, state, {.reason = EndReason::declined, .by = user}, config, now);
  return decision;
}

}  // namespace messenger::rules
