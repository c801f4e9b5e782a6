#pragma once

#include <cstdint>
#include <functional>

#include "actions/engine.hpp"

namespace messenger::jobs {

/// Asked after each call of a sweep, as ending it may have taken its time; false stops the sweep.
using KeepGoing = std::function<bool()>;

/// Evicts the silent participants of the calls up to `upTo`. Returns false when stopped. One that cannot be
/// evicted stops nothing: the last error is thrown after all were tried.
bool checkActivity(actions::Context& context, actions::Engine& engine, std::int64_t upTo,
                   const KeepGoing& keepGoing);

/// Ends the active calls up to `upTo`, with EndReason::maintenance. The same.
bool endCalls(actions::Context& context, actions::Engine& engine, std::int64_t upTo,
              const KeepGoing& keepGoing);

}  // namespace messenger::jobs
