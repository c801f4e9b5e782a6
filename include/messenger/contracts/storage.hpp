#pragma once

#include "messenger/contracts/call_store.hpp"
#include "messenger/contracts/heartbeat_store.hpp"
#include "messenger/contracts/job_queue.hpp"
#include "messenger/contracts/switches.hpp"
#include "messenger/contracts/thread_store.hpp"
#include "messenger/model/time.hpp"

namespace messenger {

/// Where calls, jobs, heartbeats and the maintenance switch live: it hands out the five contracts that are
/// one database, and tells their time.
///
/// Thread-safe. Conformance suite: `testing::storageSuite`. Shipped: SQLite (`sqliteStorage`), memory
/// (`memoryStorage`).
class Storage {
 public:
  Storage() = default;
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;
  virtual ~Storage() = default;

  // Owned by the storage; the same objects for as long as it lives.

  [[nodiscard]] virtual CallStore& calls() noexcept = 0;
  [[nodiscard]] virtual JobQueue& jobs() noexcept = 0;
  [[nodiscard]] virtual HeartbeatStore& heartbeats() noexcept = 0;
  [[nodiscard]] virtual Switches& switches() noexcept = 0;

  /// The thread directory in this same storage; null when it has none, then the host must bring its own.
  [[nodiscard]] virtual ThreadStore* threads() noexcept = 0;

  /// This storage's time at a moment of this machine's clock. One clock for all that share the storage: a
  /// later moment never gives an earlier time, here or in another process, before or after a restart of the
  /// machine. Must not block, nor fail.
  [[nodiscard]] virtual StorageTime timeAt(SteadyPoint moment) const noexcept = 0;
};

}  // namespace messenger
