#pragma once

#include "rules/decision.hpp"

namespace messenger::rules {

/// A heartbeat of a member whom presence does not know: who is in the call counts as seen.
[[nodiscard]] Decision heartbeat(const CallState& state, const UserId& user);

}  // namespace messenger::rules
