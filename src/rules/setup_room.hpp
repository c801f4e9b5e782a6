#pragma once

#include "rules/decision.hpp"

namespace messenger::inline v0::rules {

/// The claim under which a job changes its call.
struct Claim {
  Settlement settlement;  ///< how the job is settled with the change
  bool holds = true;      ///< false: a commit found that the claim is lost
};

/// What happens to the room that a `create` made:
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

/// A `create` failed after its claim was lost. If the call has ended, a further teardown destroys what the
/// provider may have made despite the failure.
[[nodiscard]] Decision reportLateRoom(const CallState& state, const RuleConfig& config, Now now);

/// After the last attempt: the job fails, and the call ends with setupFailed. Changes nothing when the call
/// has ended: then the job is no longer needed.
[[nodiscard]] Decision giveUpSetup(const JobFailed& failure, const Claim& claim, const CallState& state,
                                   const RuleConfig& config, Now now);

}  // namespace messenger::rules
