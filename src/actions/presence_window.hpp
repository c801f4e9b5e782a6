#pragma once

#include <atomic>

#include "messenger/config.hpp"
#include "messenger/contracts/storage.hpp"
#include "messenger/model/time.hpp"
#include "rules/evidence.hpp"

namespace messenger::inline v0::actions {

/// Until when this process may acknowledge heartbeats from memory (its lease as a presence peer), and since
/// when it has been able to receive them without a gap. A start, a stall and a failed presence store each
/// begin a full TTL of grace. Thread-safe; the hot path does not lock.
class PresenceWindow {
 public:
  /// Whoever is acknowledged keeps a whole TTL from then, less at most this.
  static constexpr std::chrono::seconds promptly{1};

  /// So often it is stored when somebody was seen, while each time takes longer than it may.
  static constexpr int mostStores = 3;

  PresenceWindow(const Config::Presence& config, InstanceId self, bool presenceIsShared, SteadyPoint now);

  /// Begins a TTL of grace: no heartbeat could arrive until now.
  void restart(SteadyPoint now) noexcept;

  /// A report has what was received since the last one that was stored, and so much longer.
  static constexpr std::chrono::seconds overlap{1};

  /// Whether a heartbeat of a tracked participant may be acknowledged from memory, which was passed to
  /// presence as of `now`: while the lease is valid, or when no other process depends on the reports of this
  /// one. An OS thread may have stood still after it read the clock. When a report has begun meanwhile, that
  /// one may have come too early to find the heartbeat, and the next one would not look for it.
  [[nodiscard]] bool mayAcknowledge(SteadyPoint now) const noexcept {
    if (!needsLease_) return true;
    const std::int64_t at = now.time_since_epoch().count();
    return at < leaseUntil_.load(std::memory_order_relaxed) &&
           at >= reportFinds_.load(std::memory_order_relaxed);
  }

  /// Whether somebody may be acknowledged `now` who was stored as seen at `stored`. That time may be old when
  /// the storage took long. Then the lease has to cover the acknowledgement, and no TTL may lie between the
  /// two: it would be evidence of silence, for a report may already say that nothing came in between.
  [[nodiscard]] bool covers(SteadyPoint stored, SteadyPoint now) const noexcept {
    const auto age = now - stored;
    return age <= promptly || (age < config_.ttl && mayAcknowledge(now));
  }

  /// Whether this process is a presence peer: it receives heartbeats and reports them.
  [[nodiscard]] bool reports() const noexcept { return reports_; }
  [[nodiscard]] bool presenceIsShared() const noexcept { return presenceIsShared_; }

  /// The peer to store with a report. `now` is read before presence is read.
  [[nodiscard]] HeartbeatStore::Peer peerAt(SteadyPoint now, const Storage& storage) const;
  /// To be called with the same time before presence is read for a report.
  void reportBegins(SteadyPoint at) noexcept;
  /// To be called when that report was stored.
  void reported(SteadyPoint at) noexcept;
  /// Somebody who left could not be untracked: nothing is acknowledged from memory before a report that
  /// begins later, which finds those who left.
  void revokeLease(SteadyPoint now) noexcept;
  /// The peer to store when this process stops receiving: its lease ends at `now`.
  [[nodiscard]] HeartbeatStore::Peer peerLeavingAt(SteadyPoint now, const Storage& storage);

  [[nodiscard]] rules::Judge judge(const Storage& storage) const;

  /// One OS thread at a time makes a full report on behalf of a heartbeat that found no lease: the one whose
  /// turn it is, as long as this object lives. The window must outlive it.
  class ReportTurn {
   public:
    explicit ReportTurn(PresenceWindow& window) noexcept
        : reporting_(window.reporting_),
          mine_(window.reports() && !reporting_.test_and_set(std::memory_order_acquire)) {}
    ~ReportTurn() {
      if (mine_) reporting_.clear(std::memory_order_release);
    }
    ReportTurn(const ReportTurn&) = delete;
    ReportTurn& operator=(const ReportTurn&) = delete;

    /// False: this process does not report, or another OS thread is at it.
    [[nodiscard]] bool mine() const noexcept { return mine_; }

   private:
    std::atomic_flag& reporting_;
    const bool mine_;
  };

 private:
  [[nodiscard]] SteadyPoint receivingSince() const noexcept;

  const Config::Presence& config_;
  const InstanceId self_;
  const bool presenceIsShared_;
  const bool reports_;
  const bool needsLease_;
  std::atomic<std::int64_t> leaseUntil_;
  /// Since when what is received now is found by the next report, whatever reports are under way.
  std::atomic<std::int64_t> reportFinds_;
  std::atomic<std::int64_t> receivingSince_;
  std::atomic<std::int64_t> revokedAt_;
  std::atomic_flag reporting_ = ATOMIC_FLAG_INIT;
};

}  // namespace messenger::actions
