#pragma once

#include "rules/decision.hpp"

namespace messenger::inline v0::rules {

/// A heartbeat of a session that is not tracked: counts when it is open. Refuses: callEnded, kicked,
/// notInCall, invalidInput.
[[nodiscard]] Decision heartbeat(const CallState& state, const UserId& user, const DeviceId& device);

}  // namespace messenger::rules
