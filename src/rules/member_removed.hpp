#pragma once

#include "rules/decision.hpp"

namespace messenger::inline v0::rules {

/// The user is no longer a member of the call's thread, by a directory of the host's: out of the call, as by
/// a leave.
[[nodiscard]] Decision memberRemoved(const CallState& state, const UserId& user, const RuleConfig& config,
                                     Now now);

/// Takes a member off the thread and out of its active call, in one change. Nothing without an active call:
/// `ThreadStore::removeMember` does it then. `loaded` has the membership. Refuses: threadNotFound,
/// userNotFound.
[[nodiscard]] Decision removeMember(const CallStore::Loaded& loaded, const UserId& user,
                                    const RuleConfig& config, Now now);

}  // namespace messenger::rules
