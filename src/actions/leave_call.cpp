#include "actions/actions.hpp"
#include "actions/effects.hpp"
#include "actions/known_presence.hpp"

namespace messenger::actions {
namespace {

enum class Leaver { member, removed };

LeaveOutcome leave(Context& context, const InCallKey& who, EndReason ifEmpty,
                   const std::optional<Thread>& thread, FollowUps& followUps,
                   Leaver leaver = Leaver::member) {
  const TimePoint now = context.clock.now().wall;
  LeaveChange change;
  change.call = who.call;
  change.user = who.user;
  change.now = now;
  change.ifEmpty = ifEmpty;
  change.onEnd = followUps.forCall(JobType::teardownCall, who.call, now);

  Delivery::Ticket ticket(context.delivery, who.call);
  LeaveOutcome outcome = context.storage.leaveCall(change);
  if (outcome.status != LeaveStatus::left) {
    if (outcome.status != LeaveStatus::noCall) forgetSafely(context, who);
    return outcome;
  }
  forgetSafely(context, who);
  if (outcome.endedCall) followUps.stored(change.onEnd);
  EffectsOf effects(context, outcome.call.value(), thread);
  effects.left(outcome.participant.value());
  const bool removed = leaver == Leaver::removed;
  if (outcome.endedCall) effects.ended({}, removed ? std::optional{who.user} : std::nullopt);
  ticket.deliver(outcome.call->revision, effects.take());
  return outcome;
}

}  // namespace

Result<CallParticipant> leaveCall(Context& context, const CallId& callId, const UserId& user,
                                  FollowUps& followUps) {
  const auto caller = findCaller(context, callId, user);
  if (!caller) return tl::unexpected(caller.error());
  if (const auto why = whyNotInCall(caller->seen)) return refuse(*why);

  const LeaveOutcome outcome = leave(context, {callId, user}, EndReason::lastLeft, caller->thread, followUps);
  switch (outcome.status) {
    case LeaveStatus::noCall:
      return refuse(Reason::callNotFound);
    case LeaveStatus::ended:
      return refuse(Reason::callEnded);
    case LeaveStatus::notInCall:
      return refuse(outcome.participant && outcome.participant->kicked ? Reason::kicked : Reason::notInCall);
    case LeaveStatus::left:
      break;
  }
  return outcome.participant.value();
}

LeaveOutcome putOut(Context& context, const InCallKey& who, EndReason ifEmpty, FollowUps& followUps) {
  return leave(context, who, ifEmpty, std::nullopt, followUps);
}

void memberRemoved(Context& context, const ThreadId& thread, const UserId& user, FollowUps& followUps) {
  for (const CallSnapshot& active : context.storage.activeCalls({thread}, user)) {
    if (active.viewer && active.viewer->inCall()) {
      leave(context, {active.call.id, user}, EndReason::lastLeft, std::nullopt, followUps, Leaver::removed);
    }
  }
}

}  // namespace messenger::actions
