#pragma once

#include <string>
#include <vector>

#include "messenger/contracts/call_store.hpp"
#include "messenger/contracts/heartbeat_store.hpp"
#include "messenger/contracts/job_queue.hpp"
#include "messenger/contracts/switches.hpp"
#include "messenger/contracts/thread_store.hpp"
#include "messenger/export.hpp"
#include "messenger/model/time.hpp"

namespace messenger::inline v0 {

/// Where calls, jobs, heartbeats, the maintenance switch and threads are stored. It gives access to the five
/// contracts, which share one database, and to the clock of that database.
///
/// A row that this version cannot read, such as a job of a type that a newer one stored, stops nothing but
/// itself. What asks for it alone (`load`) throws StorageUnreadable. What would list it passes over it, and a
/// page is filled with what comes behind. `claim` leaves alone a job that cannot be read, or whose call
/// cannot: a newer version may own it. Each such row is reported by `takeUnreadable`.
///
/// Thread-safe. Conformance suite: `testing::storageSuite`. Shipped: SQLite (`sqliteStorage`), memory
/// (`memoryStorage`).
class MESSENGER_EXPORT Storage {
 public:
  Storage() = default;
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;
  virtual ~Storage() = default;

  // Owned by the storage; always the same objects.

  /// Calls, and who is in them.
  [[nodiscard]] virtual CallStore& calls() noexcept = 0;
  /// The durable jobs.
  [[nodiscard]] virtual JobQueue& jobs() noexcept = 0;
  /// When sessions were last seen, and by whom.
  [[nodiscard]] virtual HeartbeatStore& heartbeats() noexcept = 0;
  /// What holds for all processes.
  [[nodiscard]] virtual Switches& switches() noexcept = 0;

  /// The thread directory in this storage. Null when it has none; then the host must supply its own.
  [[nodiscard]] virtual ThreadStore* threads() noexcept = 0;

  /// The storage time at a moment of this machine's clock. All processes on the storage share this clock: a
  /// later moment never gives an earlier time, in this process or another, before or after a restart of the
  /// machine. Must not block or fail.
  [[nodiscard]] virtual StorageTime timeAt(SteadyPoint moment) const noexcept = 0;

  /// The rows that were passed over since the last time, because they cannot be read: a line each, with the
  /// kind of row, its id and why, never with a room. A row is reported once for each storage object. The
  /// library logs them. Must not block.
  [[nodiscard]] virtual std::vector<std::string> takeUnreadable() { return {}; }
};

}  // namespace messenger
