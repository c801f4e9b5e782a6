#include "rules/evict_silent.hpp"

#include "rules/call_rules.hpp"

namespace messenger::rules {

Decision evictSilent(const EvictSilent& command, const CallStore::Loaded& loaded, const RuleConfig& config,
                     Now now) {
  const CallState& state = loaded.call.value();
  if (whyNotInCall(state, command.user)) {
    Decision decision;
    decision.gone = command.user;
    return decision;
  }
  const bool evident =
      loaded.lastSeen && isSilent(command.evidence, command.ttl, *loaded.lastSeen, command.seenHere);
  if (!evident) return {};
  return takeOut(state, *state.find(command.user), {.reason = EndReason::inactive}, config, now);
}

}  // namespace messenger::rules
