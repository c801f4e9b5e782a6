#include "rules/renew_room.hpp"

#include "rules/call_rules.hpp"

namespace messenger::inline v0::rules {

Decision renewRoom(const CallState& state, const RuleConfig& config, Now now) {
  Decision decision;
  if (!state.call.active() || !state.call.setupComplete) return decision;
  decision.change = changeOf(state, now);
  CallWithRoom row = updatedRow(state, now);
  row.setupComplete = false;
  row.room.reset();
  decision.change->row = std::move(row);
  // The host requested it explicitly, so the subscriber's setting does not matter.
  decision.change->jobs.push_back(jobFor(JobType::setupCall, state.call.id, config, now));
  return decision;
}

}  // namespace messenger::rules
