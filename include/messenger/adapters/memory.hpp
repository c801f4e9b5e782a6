#pragma once

#include <memory>

#include "messenger/contracts/presence.hpp"
#include "messenger/contracts/storage.hpp"

namespace messenger {

/// A storage in this process's memory, with a thread directory: for tests, demos, and hosts whose calls may
/// die with them. Durable for as long as the object lives. Thread-safe.
[[nodiscard]] std::shared_ptr<Storage> memoryStorage();

/// Presence in this process's memory. The default. A heartbeat of somebody known takes one look-up in a
/// sharded table: no allocation, no clock of its own. Measures ages by the steady clock. Thread-safe.
[[nodiscard]] std::shared_ptr<Presence> memoryPresence();

}  // namespace messenger
