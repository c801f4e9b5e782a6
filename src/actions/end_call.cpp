#include "actions/actions.hpp"
#include "actions/effects.hpp"
#include "actions/known_presence.hpp"

namespace messenger::actions {
namespace {

Result<Call> asResult(const EndOutcome& outcome) {
  switch (outcome.status) {
    case EndStatus::noCall:
      return refuse(Reason::callNotFound);
    case EndStatus::lostJob:
    case EndStatus::alreadyEnded:
      return refuse(Reason::callEnded);
    case EndStatus::actorNotInCall:
      return refuse(Reason::notInCall);
    case EndStatus::actorHasJoined:
      return refuse(Reason::alreadyJoined);
    case EndStatus::ended:
      break;
  }
  return withoutRoom(outcome.call.value());
}

/// `before` adds what is told ahead of the end.
EndOutcome end(Context& context, EndChange change, const std::optional<Thread>& thread, FollowUps& followUps,
               const std::function<void(EffectsOf&)>& before) {
  change.now = context.clock.now().wall;
  change.onEnd = followUps.forCall(JobType::teardownCall, change.call, change.now);
  Delivery::Ticket ticket(context.delivery, change.call);
  EndOutcome outcome = context.storage.endCall(change);
  if (outcome.status != EndStatus::ended) return outcome;

  for (const CallParticipant& row : outcome.putOut) forgetSafely(context, {change.call, row.owner});
  followUps.stored(change.onEnd);
  EffectsOf effects(context, outcome.call.value(), thread);
  if (before) before(effects);
  effects.ended(outcome.putOut);
  ticket.deliver(outcome.call->revision, effects.take());
  return outcome;
}

}  // namespace

Result<Call> endCall(Context& context, const CallId& callId, const UserId& user, FollowUps& followUps) {
  const auto caller = findCaller(context, callId, user);
  if (!caller) return tl::unexpected(caller.error());
  if (const auto why = whyNotEnd(*caller)) return refuse(*why);

  EndChange change;
  change.call = callId;
  change.reason = EndReason::hungUp;
  change.by = user;
  change.mustBeIn = user;
  return asResult(end(context, change, caller->thread, followUps, nullptr));
}

Result<Call> ignoreCall(Context& context, const CallId& callId, const UserId& user, FollowUps& followUps) {
  const auto caller = findCaller(context, callId, user);
  if (!caller) return tl::unexpected(caller.error());
  if (const auto why = whyNotIgnore(*caller)) return refuse(*why);

  if (caller->thread.isGroup()) {
    // Nothing is stored: the call goes on, and the snapshot that was checked is the moment of the ignoring.
    Delivery::Ticket ticket(context.delivery, callId);
    EffectsOf effects(context, caller->seen.call, caller->thread);
    effects.ignored(user);
    ticket.deliver(caller->seen.call.revision, effects.take());
    return effects.call();
  }
  EndChange change;
  change.call = callId;
  change.reason = EndReason::declined;
  change.by = user;
  change.mustBeOut = user;
  return asResult(
      end(context, change, caller->thread, followUps, [&](EffectsOf& effects) { effects.ignored(user); }));
}

EndOutcome endWithoutAsking(Context& context, const EndChange& change, FollowUps& followUps,
                            const std::function<std::vector<Event>(const Call&)>& failure) {
  return end(context, change, std::nullopt, followUps, [&](EffectsOf& effects) {
    if (!failure) return;
    for (Event& event : failure(effects.call())) effects.event(std::move(event));
  });
}

}  // namespace messenger::actions
