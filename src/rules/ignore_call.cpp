#include "rules/ignore_call.hpp"

#include "rules/rings.hpp"

namespace messenger::inline v0::rules {

Decision ignoreCall(const CallState& state, const Access& access, const RuleConfig& config, Now now) {
  const UserId& user = access.member.user;
  if (!state.call.active()) return refused(Reason::callEnded);
  if (state.find(user) != nullptr) return refused(Reason::alreadyJoined);
  Decision decision;
  const CallRing* ring = state.findRing(user);
  const bool rings = ring != nullptr && ring->rings();
  if (rings || access.thread.isPrivate()) {
    decision.change = changeOf(state, now);
    addRingStop(decision, state, user, RingState::declined, RingStop::declined, {}, now);
  }
  decision.notices.emplace_back(notice::Ignored{user});
  if (access.thread.isGroup()) return decision;
  addEnd(decision, state, {.reason = EndReason::declined, .by = user}, config, now);
  return decision;
}

}  // namespace messenger::rules
