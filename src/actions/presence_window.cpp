#include "actions/presence_window.hpp"

#include <algorithm>
#include <limits>

namespace messenger::inline v0::actions {
namespace {

/// An OS thread may be delayed between reading the clock and passing the heartbeat to presence.
constexpr Duration reportMargin = std::chrono::seconds{1};

void raise(std::atomic<std::int64_t>& known, SteadyPoint to) noexcept {
  const std::int64_t count = to.time_since_epoch().count();
  std::int64_t before = known.load(std::memory_order_relaxed);
  while (before < count && !known.compare_exchange_weak(before, count)) {
  }
}

}  // namespace

PresenceWindow::PresenceWindow(const Config::Presence& config, InstanceId self, bool presenceIsShared,
                               SteadyPoint now)
    : config_(config),
      self_(self),
      presenceIsShared_(presenceIsShared),
      reports_(config.receivesHeartbeats && config.writeBehind.count() > 0),
      needsLease_(!presenceIsShared && config.writeBehind.count() > 0),
      leaseUntil_(std::numeric_limits<std::int64_t>::min()),
      reportFinds_(std::numeric_limits<std::int64_t>::min()),
      receivingSince_(now.time_since_epoch().count()),
      revokedAt_(std::numeric_limits<std::int64_t>::min()) {}

void PresenceWindow::restart(SteadyPoint now) noexcept {
  receivingSince_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
}

SteadyPoint PresenceWindow::receivingSince() const noexcept {
  return SteadyPoint{SteadyPoint::duration{receivingSince_.load(std::memory_order_relaxed)}};
}

HeartbeatStore::Peer PresenceWindow::peerAt(SteadyPoint now, const Storage& storage) const {
  return {self_, storage.timeAt(receivingSince()), saturatingSubtract(storage.timeAt(now), reportMargin),
          storage.timeAt(saturatingAdd(now, 2 * config_.writeBehind))};
}

void PresenceWindow::revokeLease(SteadyPoint now) noexcept {
  revokedAt_ = now.time_since_epoch().count();
  leaseUntil_ = std::numeric_limits<std::int64_t>::min();
}

void PresenceWindow::reportBegins(SteadyPoint at) noexcept {
  raise(reportFinds_, saturatingSubtract(at, overlap));
}

void PresenceWindow::reported(SteadyPoint at) noexcept {
  if (at.time_since_epoch().count() <= revokedAt_) return;
  raise(leaseUntil_, saturatingAdd(at, 2 * config_.writeBehind));
}

HeartbeatStore::Peer PresenceWindow::peerLeavingAt(SteadyPoint now, const Storage& storage) {
  leaseUntil_.store(std::numeric_limits<std::int64_t>::min());
  HeartbeatStore::Peer peer = peerAt(now, storage);
  peer.leaseUntil = storage.timeAt(now);
  return peer;
}

rules::Judge PresenceWindow::judge(const Storage& storage) const {
  return {self_, config_.receivesHeartbeats, storage.timeAt(receivingSince())};
}

}  // namespace messenger::actions
