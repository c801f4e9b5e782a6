#include "rules/leave_call.hpp"

#include "rules/call_rules.hpp"

namespace messenger::inline v0::rules {

Decision leaveCall(const CallState& state, const UserId& user, const DeviceId& device,
                   const RuleConfig& config, Now now) {
  if (auto why = whyNotDevice(device)) return refused(std::move(*why));
  if (const auto why = whyNotInCall(state, user)) return refused(*why);
  const EndOfCall ifEmpty{.reason = EndReason::lastLeft};
  if (device.empty()) return takeOut(state, *state.find(user), {}, ifEmpty, config, now);
  const CallSession* session = state.find(user, device);
  if (session == nullptr || !session->open()) return refused(Reason::notInCall);
  return closeSession(state, *session, DeviceLeft::Why::left, ifEmpty, config, now);
}

}  // namespace messenger::rules
