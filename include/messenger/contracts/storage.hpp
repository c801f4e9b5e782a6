#pragma once

#include "messenger/contracts/call_store.hpp"
#include "messenger/contracts/heartbeat_store.hpp"
#include "messenger/contracts/job_queue.hpp"
#include "messenger/contracts/switches.hpp"
#include "messenger/contracts/thread_store.hpp"
#include "messenger/model/time.hpp"

namespace messenger {

/// Where calls, jobs, heartbeats, the maintenance switch and threads are stored. It gives access to the five
/// contracts, which share one database, and to the clock of that database.
///
/// Thread-safe. Conformance suite: `testing::storageSuite`. Shipped: SQLite (`sqliteStorage`), memory
/// (`memoryStorage`).
class Storage {
 public:
  Storage() = default;
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;
  virtual ~Storage() = default;

  // Owned by the storage; always the same objects.

  [[nodiscard]] virtual CallStore& calls() noexcept = 0;
  [[nodiscard]] virtual JobQueue& jobs() noexcept = 0;
  [[nodiscard]] virtual HeartbeatStore& heartbeats() noexcept = 0;
  [[nodiscard]] virtual Switches& switches() noexcept = 0;

  /// The thread directory in this storage. Null when it has none; then the host must supply its own.
  [[nodiscard]] virtual ThreadStore* threads() noexcept = 0;

  /// The storage time at a moment of this machine's clock. All processes on the storage share this clock: a
  /// later moment never gives an earlier time, in this process or another, before or after a restart of the
  /// machine. Must not block or fail.
  [[nodiscard]] virtual StorageTime timeAt(SteadyPoint moment) const noexcept = 0;
};

}  // namespace messenger
