#pragma once

#include <memory>

#include "actions/meter.hpp"
#include "messenger/contracts/storage.hpp"

namespace messenger::inline v0::actions {

/// The same storage, and `meter` observes how long its operations take; its threads, waiters and clock it
/// does not. Without metrics the storage itself. `meter` outlives it.
[[nodiscard]] std::shared_ptr<Storage> metered(std::shared_ptr<Storage> storage, Meter& meter);

}  // namespace messenger::actions
