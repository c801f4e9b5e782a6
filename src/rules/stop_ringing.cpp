#include "rules/stop_ringing.hpp"

#include <algorithm>

#include "rules/rings.hpp"

namespace messenger::inline v0::rules {

Decision stopRinging(const Settlement& timer, bool isPrivate, const CallState& state,
                     const RuleConfig& config, Now now) {
  Decision decision;
  std::vector<UserId> due;
  std::optional<StorageTime> next;
  for (const CallRing& each : state.rings) {
    if (!each.rings() || !each.until) continue;
    if (*each.until <= now.storage) {
      due.push_back(each.user);
    } else {
      next = std::min(next.value_or(*each.until), *each.until);
    }
  }
  if (!state.call.active() || (due.empty() && !next)) return decision;
  decision.change = changeOf(state, now);
  decision.change->settles = timer;
  if (isPrivate && !due.empty() && state.inCall <= 1) {
    addEnd(decision, state, {.reason = EndReason::noAnswer}, config, now);
    return decision;
  }
  for (const UserId& callee : due) {
    addRingStop(decision, state, callee, RingState::missed, RingStop::missed, {}, now);
  }
  if (next) {
    NewJob again = jobFor(JobType::stopRinging, state.call.id, config, now);
    again.availableAt = *next;
    decision.change->jobs.push_back(std::move(again));
  }
  return decision;
}

}  // namespace messenger::rules
