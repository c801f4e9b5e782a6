#pragma once

#include "rules/setup_room.hpp"

namespace messenger::inline v0::rules {

/// Whether the room of an ended call may still exist, or its teardown was never recorded.
[[nodiscard]] bool needsTeardown(const CallState& state);

/// A `destroy` succeeded. `state` was loaded before it. If the call has changed since, a `create` that had
/// lost its claim may have made a room after the `destroy`; then the commit conflicts.
[[nodiscard]] Decision recordTeardown(const Claim& claim, const CallState& state, Now now);

/// After the last attempt: the job fails and stays listed.
[[nodiscard]] Decision giveUpTeardown(const JobFailed& failure, const Claim& claim, const CallState& state,
                                      Now now);

}  // namespace messenger::rules
