#include "rules/warn_of_end.hpp"

#include "rules/call_rules.hpp"

namespace messenger::rules {

Decision warnOfEnd(const Job& timer, const CallState& state, const RuleConfig& config, Now now) {
  Decision decision;
  if (!state.call.active()) return decision;
  const StorageTime end = saturatingAdd(timer.availableAt, config.limits.warning);
  notice::Ending notice{saturatingAdd(now.wall, saturatingDifference(end, now.storage))};
  for (const CallParticipant& each : state.participants) {
    if (each.inCall()) notice.inCall.push_back(each.user);
  }
  decision.change = changeOf(state, now);
  decision.change->settles = Settlement{timer.id, timer.token, Settlement::Kind::done, {}, {}};
  decision.notices.emplace_back(std::move(notice));
  return decision;
}

}  // namespace messenger::rules
