#pragma once

#include <cstdint>
#include <functional>

#include "actions/engine.hpp"

namespace messenger::inline v0::jobs {

/// Called after each call of a sweep, because ending a call may take long; false stops the sweep.
using KeepGoing = std::function<bool()>;

/// Evicts the silent participants of the calls up to `upTo`. Returns false when stopped. An error with one
/// participant does not stop the sweep; the last error is thrown at the end.
bool checkActivity(actions::Context& context, actions::Engine& engine, std::int64_t upTo,
                   const KeepGoing& keepGoing);

/// Ends the active calls up to `upTo`, with EndReason::maintenance. Otherwise the same.
bool endCalls(actions::Context& context, actions::Engine& engine, std::int64_t upTo,
              const KeepGoing& keepGoing);

}  // namespace messenger::jobs
