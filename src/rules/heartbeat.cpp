#include "rules/heartbeat.hpp"

#include "rules/call_rules.hpp"

namespace messenger::inline v0::rules {

Decision heartbeat(const CallState& state, const UserId& user, const DeviceId& device) {
  if (auto why = whyNotDevice(device)) return refused(std::move(*why));
  if (const auto why = whyNotInCall(state, user)) return refused(*why);
  const CallSession* session = state.find(user, device);
  if (session == nullptr || !session->open()) return refused(Reason::notInCall);
  Decision decision;
  decision.seen = SessionKey{state.call.id, user, device};
  return decision;
}

}  // namespace messenger::rules
