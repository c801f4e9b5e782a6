#pragma once

#include "rules/call_rules.hpp"

/// Whom a call rings, and when that stops.
namespace messenger::inline v0::rules {

/// The callee, who rings from now on.
[[nodiscard]] CallRing ringFor(const UserId& callee, const RuleConfig& config, Now now);

/// The timer after which callees who were rung now have missed the call.
[[nodiscard]] NewJob ringTimer(const CallId& call, const RuleConfig& config, Now now);

/// Adds that this callee's ring stops, if it rings; the timer goes with the last one.
void addRingStop(Decision& decision, const CallState& state, const UserId& callee, RingState to, RingStop why,
                 const DeviceId& device, Now now);

/// Adds that nobody is rung any more, because the call ends. Rings that the change has already stopped stay
/// as they are.
void addRingStops(Decision& decision, const CallState& state, EndReason reason, Now now);

}  // namespace messenger::rules
