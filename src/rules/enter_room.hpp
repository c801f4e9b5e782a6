#pragma once

#include "rules/decision.hpp"

namespace messenger::inline v0::rules {

/// The session with which the user may enter the room; it has a media id. Refuses: callEnded, kicked,
/// notInCall, roomNotReady, noCredentials.
[[nodiscard]] Result<CallSession> mayEnterRoom(const CallState& state, const UserId& user,
                                               const DeviceId& device);

/// The provider let this session in. If it was closed meanwhile, a job removes it.
[[nodiscard]] Decision takeAccessBack(const CallSession& admitted, const CallState& state,
                                      const RuleConfig& config, Now now);

}  // namespace messenger::rules
