#include "rules/member_removed.hpp"

#include "rules/rings.hpp"

namespace messenger::inline v0::rules {

Decision memberRemoved(const CallState& state, const UserId& user, const RuleConfig& config, Now now) {
  if (!whyNotInCall(state, user)) {
    return takeOut(state, *state.find(user), {}, {.reason = EndReason::lastLeft, .removed = user}, config,
                   now);
  }
  Decision decision;
  decision.gone = user;
  const CallRing* ring = state.findRing(user);
  if (!state.call.active() || ring == nullptr || !ring->rings()) return decision;
  decision.change = changeOf(state, now);
  addRingStop(decision, state, user, RingState::cancelled, RingStop::cancelled, {}, now);
  return decision;
}

Decision removeMember(const CallStore::Loaded& loaded, const UserId& user, const RuleConfig& config,
                      Now now) {
  if (!loaded.membership) return refused(Reason::threadNotFound);
  if (!loaded.membership->member) return refused(Reason::userNotFound);
  if (!loaded.call) return {};
  Decision decision = memberRemoved(*loaded.call, user, config, now);
  if (!decision.change) decision.change = changeOf(*loaded.call, now);
  decision.change->removesMember = user;
  return decision;
}

}  // namespace messenger::rules
