#include "rules/setup_room.hpp"

#include "rules/call_rules.hpp"

namespace messenger::inline v0::rules {
namespace {

/// A room that came too late must be destroyed, whatever the subscriber's setting is now.
void addLateRoom(CallChange& change, const CallState& state, const RuleConfig& config, Now now) {
  CallWithRoom row = updatedRow(state, now);
  row.roomMayExist = true;
  change.row = std::move(row);
  change.jobs.push_back(jobFor(JobType::teardownCall, state.call.id, config, now));
}

}  // namespace

Decision recordRoom(const Room& room, const Claim& claim, const CallState& state, const RuleConfig& config,
                    Now now) {
  if (!claim.holds) return reportLateRoom(state, config, now);
  Decision decision;
  decision.change = changeOf(state, now);
  decision.change->settles = claim.settlement;
  if (state.call.teardownComplete) {
    addLateRoom(*decision.change, state, config, now);
    return decision;
  }
  CallWithRoom row = updatedRow(state, now);
  row.setupComplete = true;
  row.roomMayExist = true;
  row.room = room;
  decision.change->row = std::move(row);
  if (state.call.active()) decision.notices = {notice::SetupCompleted{}};
  return decision;
}

Decision reportLateRoom(const CallState& state, const RuleConfig& config, Now now) {
  Decision decision;
  if (state.call.active()) return decision;
  decision.change = changeOf(state, now);
  addLateRoom(*decision.change, state, config, now);
  return decision;
}

Decision giveUpSetup(const JobFailed& failure, const Claim& claim, const CallState& state,
                     const RuleConfig& config, Now now) {
  Decision decision;
  if (!claim.holds || !state.call.active()) return decision;
  decision.change = changeOf(state, now);
  decision.change->settles = claim.settlement;
  decision.notices = {failure, notice::SetupFailed{failure.error}};
  addEnd(decision, state, {.reason = EndReason::setupFailed}, config, now);
  return decision;
}

}  // namespace messenger::rules
