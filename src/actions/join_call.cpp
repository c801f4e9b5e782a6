#include "actions/actions.hpp"
#include "actions/effects.hpp"
#include "actions/known_presence.hpp"

namespace messenger::actions {

Result<Joined> joinCall(Context& context, const CallId& callId, const UserId& user) {
  const auto caller = findCaller(context, callId, user);
  if (!caller) return tl::unexpected(caller.error());
  if (const auto why = whyNotJoin(*caller)) return refuse(*why);

  const Moment now = context.clock.now();
  Delivery::Ticket ticket(context.delivery, callId);
  KnownPresence known(context, {callId, user}, now);
  const JoinOutcome outcome = context.storage.joinCall(
      {callId, user, ParticipantId{context.ids.next(now.wall)}, now.wall, context.instance});
  switch (outcome.status) {
    case JoinStatus::noCall:
      return refuse(Reason::callNotFound);
    case JoinStatus::ended:
      return refuse(Reason::callEnded);
    case JoinStatus::kicked:
      return refuse(Reason::kicked);
    case JoinStatus::alreadyIn:
      known.keep();
      return Joined{outcome.participant.value(), /*first=*/false};
    case JoinStatus::rejoined:
    case JoinStatus::joined:
      break;
  }
  known.keep();
  EffectsOf effects(context, outcome.call.value(), caller->thread);
  effects.joined(outcome.participant.value());
  ticket.deliver(outcome.call->revision, effects.take());
  return Joined{*outcome.participant, outcome.status == JoinStatus::joined};
}

}  // namespace messenger::actions
