#pragma once

#include "rules/decision.hpp"

namespace messenger::rules {

/// Under which claim a job acts on its call.
struct Claim {
  Settlement settlement;  ///< how the job is put away with the change
  bool holds = true;      ///< false: a commit found that the token no longer holds
};

/// What becomes of the room that a `create` made:
///
/// | claim | call                  | the room                                             | the job |
/// |-------|-----------------------|------------------------------------------------------|---------|
/// | holds | active                | recorded, shown to those in the call                 | done    |
/// | holds | ended, not torn down  | recorded: its teardown is on its way                 | done    |
/// | holds | ended and torn down   | late: may exist again, a further teardown is stored  | done    |
/// | lost  | active                | nothing: who took the job over sees to it            | -       |
/// | lost  | ended                 | late: may exist again, a further teardown is stored  | -       |
[[nodiscard]] Decision recordRoom(const Room& room, const Claim& claim, const CallState& state,
                                  const RuleConfig& config, Now now);

/// A `create` failed when its claim no longer held. If the call has ended, a further teardown sees to what
/// the provider may have made all the same.
[[nodiscard]] Decision reportLateRoom(const CallState& state, const RuleConfig& config, Now now);

/// No further attempt: the job fails, and the call ends with setupFailed. Nothing when it has ended already:
/// then the job is no longer needed.
[[nodiscard]] Decision giveUpSetup(const JobFailed& failure, const Claim& claim, const CallState& state,
                                   const RuleConfig& config, Now now);

}  // namespace messenger::rules
