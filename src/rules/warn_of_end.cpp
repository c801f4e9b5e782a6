#include "rules/warn_of_end.hpp"

#include "rules/call_rules.hpp"

namespace messenger::inline v0::rules {

Decision warnOfEnd(const Settlement& timer, StorageTime due, const CallState& state, Now now) {
  Decision decision;
  const StorageTime end = saturatingAdd(due, state.call.limits.warning);
  if (!state.call.active() || end <= now.storage) return decision;
  notice::Ending notice{saturatingAdd(now.wall, saturatingDifference(end, now.storage))};
  for (const CallParticipant& each : state.participants) {
    if (each.inCall()) notice.inCall.push_back(each.user);
  }
  decision.change = changeOf(state, now);
  decision.change->settles = timer;
  decision.notices.emplace_back(std::move(notice));
  return decision;
}

}  // namespace messenger::rules
