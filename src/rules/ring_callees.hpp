#pragma once

#include "rules/decision.hpp"

namespace messenger::inline v0::rules {

/// One who is in the call rings these members of its thread, for the first time or again. Those who are in
/// the call, or ring already, are left as they are. `loaded` has all rings, and the rows of the
/// callees; `access` everyone in the thread. Refuses: callEnded, kicked, notInCall, ringingDisabled,
/// invalidInput, userNotFound (no member, or kicked), rangJustNow, tooManyCallees. Guarded by the thread's
/// revision, so that nobody is rung who is removed meanwhile.
[[nodiscard]] Decision ringCallees(const std::vector<UserId>& callees, const CallStore::Loaded& loaded,
                                   const Access& access, const RuleConfig& config, Now now);

}  // namespace messenger::rules
