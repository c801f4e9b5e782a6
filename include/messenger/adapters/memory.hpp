#pragma once

#include <memory>

#include "messenger/contracts/presence.hpp"
#include "messenger/contracts/storage.hpp"
#include "messenger/export.hpp"

namespace messenger::inline v0 {

/// A storage in this process's memory, with a thread directory: for tests, demos, and hosts whose calls need
/// not survive the process. Data lives as long as the object. Thread-safe.
MESSENGER_EXPORT [[nodiscard]] std::shared_ptr<Storage> memoryStorage();

/// Presence in this process's memory. The default. A heartbeat of a tracked participant takes one look-up in
/// a sharded table, and does not allocate or read a clock. Measures ages by the steady clock. Thread-safe.
MESSENGER_EXPORT [[nodiscard]] std::shared_ptr<Presence> memoryPresence();

}  // namespace messenger
