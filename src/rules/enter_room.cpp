#include "rules/enter_room.hpp"

#include "rules/call_rules.hpp"

namespace messenger::inline v0::rules {

Result<CallSession> mayEnterRoom(const CallState& state, const UserId& user, const DeviceId& device) {
  if (const auto why = whyNotInCall(state, user)) return refuse(*why);
  const CallSession* session = state.find(user, device);
  if (session == nullptr || !session->open()) return refuse(Reason::notInCall);
  if (!session->mediaId) return refuse(Reason::noCredentials);
  if (!state.call.setupComplete) return refuse(Reason::roomNotReady);
  return *session;
}

Decision takeAccessBack(const CallSession& admitted, const CallState& state, const RuleConfig& config,
                        Now now) {
  Decision decision;
  if (!state.call.active()) return decision;  // the room goes
  const CallSession* session = state.find(admitted.user, admitted.device);
  if (session != nullptr && session->open() && session->mediaId == admitted.mediaId) return decision;
  decision.change = changeOf(state, now);
  NewJob job = jobFor(JobType::removeFromRoom, state.call.id, config, now);
  job.mediaId = admitted.mediaId;
  decision.change->jobs.push_back(std::move(job));
  return decision;
}

}  // namespace messenger::rules
