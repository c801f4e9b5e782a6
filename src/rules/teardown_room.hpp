#pragma once

#include "rules/setup_room.hpp"

namespace messenger::rules {

/// Whether an ended call's room may still be there, or its teardown was never recorded.
[[nodiscard]] bool needsTeardown(const CallState& state);

/// A `destroy` succeeded. `state` is the one from before it: if the call has changed since, a `create` that
/// had lost its claim may have made a room behind the `destroy`, and the commit conflicts.
[[nodiscard]] Decision recordTeardown(const Claim& claim, const CallState& state, Now now);

/// No further attempt: the job fails, and stays listed.
[[nodiscard]] Decision giveUpTeardown(const JobFailed& failure, const Claim& claim, const CallState& state,
                                      Now now);

}  // namespace messenger::rules
