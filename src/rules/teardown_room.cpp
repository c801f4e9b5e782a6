#include "rules/teardown_room.hpp"

#include "rules/call_rules.hpp"

namespace messenger::inline v0::rules {

bool needsTeardown(const CallState& state) {
  return !state.call.active() && (!state.call.teardownComplete || state.call.roomMayExist);
}

Decision recordTeardown(const Claim& claim, const CallState& state, Now now) {
  Decision decision;
  decision.change = changeOf(state, now);
  decision.change->settles = claim.settlement;
  CallWithRoom row = updatedRow(state, now);
  row.teardownComplete = true;
  row.roomMayExist = false;
  decision.change->row = std::move(row);
  if (!state.call.teardownComplete) decision.notices = {notice::TornDown{}};
  return decision;
}

Decision giveUpTeardown(const JobFailed& failure, const Claim& claim, const CallState& state, Now now) {
  Decision decision;
  if (!claim.holds) return decision;
  decision.change = changeOf(state, now);
  decision.change->settles = claim.settlement;
  decision.notices = {failure, notice::TeardownFailed{failure.error}};
  return decision;
}

}  // namespace messenger::rules
