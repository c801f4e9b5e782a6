#include "actions/actions.hpp"
#include "actions/effects.hpp"
#include "actions/known_presence.hpp"

namespace messenger::actions {

Result<Call> startCall(Context& context, const ThreadId& threadId, const UserId& user, FollowUps& followUps) {
  const auto caller = findThreadCaller(context, threadId, user);
  if (!caller) return tl::unexpected(caller.error());
  const Moment now = context.clock.now();
  const auto downUntil = context.storage.callsDownUntil();
  const auto all =
      caller->thread.isPrivate() ? context.threads.members(threadId) : std::vector<ThreadMember>{};
  const bool down = downUntil && now.wall < *downUntil;
  if (const auto why = whyNotStart(context.config, down, caller->thread, caller->member, all))
    return refuse(*why);

  StartChange change;
  change.call = CallId{context.ids.next(now.wall)};
  change.thread = threadId;
  change.owner = user;
  change.participant = ParticipantId{context.ids.next(now.wall)};
  change.now = now.wall;
  change.heardBy = context.instance;
  change.jobs = followUps.forCall(JobType::setupCall, change.call, now.wall);

  Delivery::Ticket ticket(context.delivery, change.call);
  KnownPresence known(context, {change.call, user}, now);
  StartOutcome outcome = context.storage.startCall(change);
  switch (outcome.status) {
    case StartStatus::alreadyActive:
      return refuse(Reason::callAlreadyActive);
    case StartStatus::down:
      return refuse(Reason::callsDown);
    case StartStatus::started:
      break;
  }
  known.keep();
  followUps.stored(change.jobs);
  EffectsOf effects(context, outcome.call.value(), caller->thread);
  effects.started(caller->member);
  ticket.deliver(outcome.call->revision, effects.take());
  return effects.call();
}

}  // namespace messenger::actions
