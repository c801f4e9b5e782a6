#pragma once

#include "rules/decision.hpp"

namespace messenger::inline v0::rules {

/// Announces to all who are in the call that it ends soon, and settles the timer with that, so that it is
/// announced once. `due`: when the timer was to run. `state` has everyone who is in the call. Changes nothing
/// when the call has ended, or when its time is over already, because nobody ran the timer before.
[[nodiscard]] Decision warnOfEnd(const Settlement& timer, StorageTime due, const CallState& state, Now now);

}  // namespace messenger::rules
