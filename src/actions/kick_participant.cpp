#include "actions/actions.hpp"
#include "actions/effects.hpp"
#include "actions/known_presence.hpp"

namespace messenger::actions {

Result<CallParticipant> kickParticipant(Context& context, const CallId& callId, const UserId& user,
                                        const ParticipantId& participant, bool kicked, FollowUps& followUps) {
  const auto caller = findCaller(context, callId, user);
  if (!caller) return tl::unexpected(caller.error());
  const auto row = context.storage.findParticipant(participant);
  if (!row || row->callId != callId) return refuse(Reason::participantNotFound);
  if (const auto why = whyNotKick(*caller)) return refuse(*why);

  const TimePoint now = context.clock.now().wall;
  KickChange change{callId, user, participant,
                    kicked, now,  followUps.forCall(JobType::teardownCall, callId, now)};
  Delivery::Ticket ticket(context.delivery, callId);
  const KickOutcome outcome = context.storage.setKicked(change);
  switch (outcome.status) {
    case KickStatus::noCall:
      return refuse(Reason::callNotFound);
    case KickStatus::ended:
      return refuse(Reason::callEnded);
    case KickStatus::actorNotInCall:
      return refuse(Reason::notInCall);
    case KickStatus::noParticipant:
      return refuse(Reason::participantNotFound);
    case KickStatus::unchanged:
      return outcome.participant.value();
    case KickStatus::changed:
      break;
  }
  if (kicked) forgetSafely(context, {callId, outcome.participant.value().owner});
  if (outcome.endedCall) followUps.stored(change.onEnd);
  EffectsOf effects(context, outcome.call.value(), caller->thread);
  effects.kicked(outcome.participant.value(), user);
  if (outcome.endedCall) effects.ended({});
  ticket.deliver(outcome.call->revision, effects.take());
  return *outcome.participant;
}

}  // namespace messenger::actions
