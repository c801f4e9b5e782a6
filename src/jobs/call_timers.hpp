#pragma once

#include "jobs/attempt.hpp"
#include "jobs/persistence.hpp"
#include "messenger/contracts/job_queue.hpp"

namespace messenger::jobs {

/// Runs a timer whose time has come: `WarnOfEnd`, `EndOverdueCall`, `EndLoneCall`, `EndEmptyCall`. Throws
/// NotStored when the outcome could not be stored.
Attempt runTimer(actions::Context& context, actions::Engine& engine, const Job& timer,
                 const Persistence& persist);

}  // namespace messenger::jobs
