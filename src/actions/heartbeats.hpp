#pragma once

#include <atomic>

#include "actions/engine.hpp"

namespace messenger::inline v0::actions {

/// Takes heartbeats and reports them to the storage. Thread-safe.
class Heartbeats {
 public:
  Heartbeats(Context& context, Engine& engine)
      : context_(context),
        engine_(engine),
        reportedAt_(saturatingSubtract(context.clock.steady(), context.config.presence.ttl)),
        departuresUpTo_(context.now().storage) {}

  /// A heartbeat without the storage: succeeds for a tracked session while the lease is valid. False: not
  /// acknowledged.
  bool tryReceive(const CallId& call, const UserId& user, const DeviceId& device);

  /// A heartbeat. It is acknowledged from memory if possible. Without a valid lease it is written through.
  /// For a session that is not tracked, the storage is asked whether it is open. When it throws, the
  /// heartbeat was not acknowledged.
  Result<void> receive(const CallId& call, const UserId& user, const DeviceId& device);

  /// Stores the heartbeats received since the last report that was stored, and renews this process's lease as
  /// a presence peer. Untracks participants who left through another process.
  void report();

  /// The last report of this process: the same, and its lease ends.
  void reportLast();

 private:
  void writeThrough(const SessionKey& who);
  void save(const HeartbeatStore::Report& report);
  void reportAs(const HeartbeatStore::Peer& peer, SteadyPoint at);
  [[nodiscard]] std::vector<LastSeen> seenUntil(SteadyPoint at);
  void untrackDeparted(StorageTime now);

  Context& context_;
  Engine& engine_;
  std::atomic<SteadyPoint> reportedAt_;      ///< when the latest report began that was stored
  std::atomic<StorageTime> departuresUpTo_;  ///< those before are untracked; nobody is tracked at first
};

}  // namespace messenger::actions
