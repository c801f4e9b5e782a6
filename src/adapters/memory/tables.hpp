#pragma once

#include <optional>
#include <unordered_map>

#include "adapters/memory/call_table.hpp"
#include "adapters/memory/job_table.hpp"
#include "adapters/memory/thread_table.hpp"
#include "messenger/contracts/heartbeat_store.hpp"
#include "support/mutex.hpp"

namespace messenger::inline v0::memory {

/// All data of the storage in memory, under one mutex. Each operation holds it from beginning to end and is
/// therefore atomic and isolated. Everything that can fail is checked before the first change.
struct Tables {
  support::Mutex mutex;
  CallTable calls MESSENGER_GUARDED_BY(mutex);
  JobTable jobs MESSENGER_GUARDED_BY(mutex);
  ThreadTable threads MESSENGER_GUARDED_BY(mutex);
  std::unordered_map<InstanceId, HeartbeatStore::Peer> peers MESSENGER_GUARDED_BY(mutex);
  std::optional<StorageTime> callsDownUntil MESSENGER_GUARDED_BY(mutex);
};

}  // namespace messenger::memory
