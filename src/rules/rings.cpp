#include "rules/rings.hpp"

#include <algorithm>

namespace messenger::inline v0::rules {
namespace {

bool isWritten(const CallChange& change, const UserId& callee) {
  return std::any_of(change.rings.begin(), change.rings.end(),
                     [&](const CallRing& each) { return each.user == callee; });
}

void stop(CallChange& change, const CallRing& ring, RingState to, Now now) {
  CallRing stopped = ring;
  stopped.state = to;
  stopped.until.reset();
  stopped.updatedAt = notBefore(ring.rangAt, now.wall);
  change.rings.push_back(std::move(stopped));
}

/// What it was to those whom the end of the call finds ringing.
RingState stateAfter(EndReason reason) {
  switch (reason) {
    case EndReason::setupFailed:
    case EndReason::maintenance:
    case EndReason::host:
      return RingState::cancelled;
    case EndReason::hungUp:
    case EndReason::lastLeft:
    case EndReason::inactive:
    case EndReason::declined:
    case EndReason::alone:
    case EndReason::maxDuration:
    case EndReason::noAnswer:
      break;
  }
  return RingState::missed;
}

RingStop whyStopped(EndReason reason, std::size_t inCall) {
  if (reason == EndReason::noAnswer) return RingStop::missed;
  return inCall > 1 ? RingStop::ended : RingStop::cancelled;
}

}  // namespace

CallRing ringFor(const UserId& callee, const RuleConfig& config, Now now) {
  CallRing ring;
  ring.user = callee;
  ring.rangAt = now.wall;
  ring.updatedAt = now.wall;
  ring.since = now.storage;
  const Duration after = config.ringing.noAnswerAfter;
  if (after.count() > 0) ring.until = saturatingAdd(now.storage, after);
  return ring;
}

NewJob ringTimer(const CallId& call, const RuleConfig& config, Now now) {
  return timerFor(JobType::stopRinging, call, config.ringing.noAnswerAfter, config, now);
}

void addRingStop(Decision& decision, const CallState& state, const UserId& callee, RingState to, RingStop why,
                 const DeviceId& device, Now now) {
  const CallRing* ring = state.findRing(callee);
  if (ring == nullptr || !ring->rings()) return;
  CallChange& change = decision.change.value();
  stop(change, *ring, to, now);
  decision.notices.emplace_back(notice::RingStopped{{callee}, to, why, device});
  const bool isLast = std::none_of(state.rings.begin(), state.rings.end(), [&](const CallRing& each) {
    return each.rings() && !isWritten(change, each.user);
  });
  if (isLast && ring->until) change.cancels.push_back(JobType::stopRinging);
}

void addRingStops(Decision& decision, const CallState& state, EndReason reason, Now now) {
  CallChange& change = decision.change.value();
  notice::RingStopped notice{{}, stateAfter(reason), whyStopped(reason, state.inCall), {}};
  bool hasTimer = false;
  for (const CallRing& each : state.rings) {
    if (!each.rings()) continue;
    hasTimer = hasTimer || each.until;
    if (isWritten(change, each.user)) continue;
    stop(change, each, notice.state, now);
    notice.callees.push_back(each.user);
  }
  if (hasTimer) change.cancels.push_back(JobType::stopRinging);
  if (!notice.callees.empty()) decision.notices.emplace_back(std::move(notice));
}

}  // namespace messenger::rules
