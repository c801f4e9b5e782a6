#pragma once

#include "actions/engine.hpp"

namespace messenger::actions {

/// Takes heartbeats and reports them to the storage. Thread-safe.
class Heartbeats {
 public:
  Heartbeats(Context& context, Engine& engine) : context_(context), engine_(engine) {}

  /// A heartbeat that needs no storage: of somebody tracked, under a lease that holds. False: not
  /// acknowledged.
  bool tryReceive(const CallId& call, const UserId& user);

  /// A heartbeat. Acknowledged from memory if possible; written through without a lease; of somebody unknown
  /// after asking the storage whether they are in the call. What it throws was not acknowledged.
  Result<void> receive(const CallId& call, const UserId& user);

  /// Stores what was seen within `window` and renews this process's lease as a presence peer. Untracks who
  /// left by way of another process.
  void report(Duration window);

  /// The last report of this process: as above, and its lease ends.
  void reportLast(Duration window);

 private:
  void writeThrough(const ParticipantKey& who);
  void save(const HeartbeatStore::Report& report);
  void reportAs(const HeartbeatStore::Peer& peer, SteadyPoint at, Duration window);
  [[nodiscard]] std::vector<LastSeen> seenWithin(Duration window, SteadyPoint at);
  void untrackDeparted(StorageTime since);

  Context& context_;
  Engine& engine_;
};

}  // namespace messenger::actions
