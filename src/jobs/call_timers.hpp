#pragma once

#include "jobs/attempt.hpp"
#include "jobs/persistence.hpp"
#include "messenger/contracts/job_queue.hpp"

namespace messenger::inline v0::jobs {

/// Runs a timer whose time has come: `WarnOfEnd`, `EndOverdueCall`, `EndLoneCall`, `EndEmptyCall`,
/// `StopRinging`. `call` is the timer's, null when there is none any more. Throws NotStored when the outcome
/// could not be stored, and what the thread directory throws.
Attempt runTimer(actions::Context& context, actions::Engine& engine, const Job& timer, const Call* call,
                 const Persistence& persist);

}  // namespace messenger::jobs
