#pragma once

#include "rules/decision.hpp"

namespace messenger::rules {

/// The media id of the session with which the user may enter the room. Refuses: callEnded, kicked, notInCall,
/// roomNotReady, noCredentials.
[[nodiscard]] Result<Secret> mayEnterRoom(const CallState& state, const UserId& user, const DeviceId& device);

/// The provider let a session in, whose device may have been taken out of the call meanwhile: a job removes
/// it then.
struct Admitted {
  UserId user;
  DeviceId device;
  Secret mediaId;
};
[[nodiscard]] Decision takeAccessBack(const Admitted& admitted, const CallState& state,
                                      const RuleConfig& config, Now now);

}  // namespace messenger::rules
