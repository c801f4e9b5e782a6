#include "rules/evict_silent.hpp"

#include "rules/call_rules.hpp"

namespace messenger::inline v0::rules {

Decision evictSilent(const EvictSilent& command, const CallState& state, const UserId& user,
                     const RuleConfig& config, Now now) {
  const CallSession* session = state.find(user, command.device);
  if (whyNotInCall(state, user) || session == nullptr || !session->open()) {
    Decision decision;
    decision.gone = user;
    return decision;
  }
  if (!isSilent(command.evidence, command.ttl, session->lastSeen, command.seenHere)) return {};
  return closeSession(state, *session, DeviceLeft::Why::silent, {.reason = EndReason::inactive}, config, now);
}

}  // namespace messenger::rules
