#include "jobs/call_timers.hpp"

#include "rules/end_empty.hpp"
#include "rules/end_lone.hpp"
#include "rules/end_overdue.hpp"
#include "rules/stop_ringing.hpp"
#include "rules/warn_of_end.hpp"

namespace messenger::inline v0::jobs {
namespace {

/// Whether the call is in a private thread. The thread of a call that goes on may be gone.
bool isPrivate(const ThreadDirectory& threads, const Call& call) {
  const auto thread = threads.findThread(call.threadId);
  return thread && thread->isPrivate();
}

rules::Decision decide(const Job& timer, const CallState& state, bool inPrivate,
                       const rules::RuleConfig& config, rules::Now now) {
  const Settlement settlement{timer.id, timer.token, Settlement::Kind::done, {}, {}};
  switch (timer.type) {
    case JobType::warnOfEnd:
      return rules::warnOfEnd(settlement, timer.availableAt, state, now);
    case JobType::endOverdueCall:
      return rules::endOverdue(settlement, state, config, now);
    case JobType::endLoneCall:
      return rules::endLone(settlement, state, config, now);
    case JobType::endEmptyCall:
      return rules::endEmpty(settlement, state, config, now);
    case JobType::stopRinging:
      return rules::stopRinging(settlement, inPrivate, state, config, now);
    case JobType::setupCall:
    case JobType::teardownCall:
    case JobType::checkCallsActivity:
    case JobType::endCalls:
    case JobType::removeFromRoom:
      break;
  }
  return {};
}

}  // namespace

Attempt runTimer(actions::Context& context, actions::Engine& engine, const Job& timer, const Call* call,
                 const Persistence& persist) {
  if (!timer.call || !call) return {Attempt::Kind::notNeeded, {}, {}};
  const bool inPrivate = timer.type == JobType::stopRinging && isPrivate(context.threads, *call);
  const CallStore::LoadRequest request{.call = timer.call,
                                       .everyoneInCall = timer.type == JobType::warnOfEnd};
  const auto result = persist([&] {
    return engine.run(request, [&](const CallStore::Loaded& loaded, rules::Now now) {
      return decide(timer, loaded.call.value(), inPrivate, context.rules, now);
    });
  });
  if (!result) return {Attempt::Kind::notNeeded, {}, {}};  // the call no longer exists
  return attemptOf(*result);
}

}  // namespace messenger::jobs
