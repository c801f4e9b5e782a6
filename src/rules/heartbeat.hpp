#pragma once

#include "rules/decision.hpp"

namespace messenger::rules {

/// A heartbeat of a member who is not tracked: counts when they are in the call.
[[nodiscard]] Decision heartbeat(const CallState& state, const UserId& user);

}  // namespace messenger::rules
