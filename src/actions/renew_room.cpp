#include "actions/actions.hpp"

namespace messenger::actions {

Result<bool> renewRoom(Context& context, const CallId& call, FollowUps& followUps) {
  const TimePoint now = context.clock.now().wall;
  // Asked for by name, so whatever the subscriber's setting is.
  const NewJob setup = followUps.make(JobType::setupCall, call, now);
  const RenewOutcome outcome = context.storage.renewRoom({call, now, setup});
  switch (outcome.status) {
    case RenewStatus::noCall:
      return refuse(Reason::callNotFound);
    case RenewStatus::ended:
    case RenewStatus::notSetUp:
    case RenewStatus::waiting:
      return false;
    case RenewStatus::renewed:
      break;
  }
  followUps.stored({setup});
  return true;
}

}  // namespace messenger::actions
