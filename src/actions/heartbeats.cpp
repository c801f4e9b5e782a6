#include "actions/heartbeats.hpp"

#include <algorithm>

#include "actions/presence_guard.hpp"
#include "messenger/errors.hpp"
#include "rules/heartbeat.hpp"

namespace messenger::inline v0::actions {
namespace {

/// A departure is stored with the time of its decision, a little before its commit.
constexpr Duration commitMargin = std::chrono::seconds{5};

template <class Time>
void raise(std::atomic<Time>& known, Time to) noexcept {
  Time before = known.load();
  while (before < to && !known.compare_exchange_weak(before, to)) {
  }
}

}  // namespace

bool Heartbeats::tryReceive(const CallId& call, const UserId& user, const DeviceId& device) {
  const auto touched = context_.presence.touchNow(call, user, device, context_.clock);
  return touched.tracked && context_.window.mayAcknowledge(touched.now);
}

Result<void> Heartbeats::receive(const CallId& call, const UserId& user, const DeviceId& device) {
  try {
    std::optional<SteadyPoint> stored;
    for (int i = 0;; ++i) {
      const auto touched = context_.presence.touchNow(call, user, device, context_.clock);
      // Not tracked, or not any more: out of the call, through another process. The storage says why.
      if (!touched.tracked) break;
      const bool covered =
          stored ? context_.window.covers(*stored, touched.now) : context_.window.mayAcknowledge(touched.now);
      if (covered) return {};
      if (i == PresenceWindow::mostStores)
        throw StorageBusy("a heartbeat took too long to be stored; a retry may succeed later");
      writeThrough({call, user, device});
      stored = touched.now;
    }
    const auto seen = engine_.runFor(user, {.call = call},
                                     [&](const CallStore::Loaded& loaded, const rules::Access&, rules::Now) {
                                       return rules::heartbeat(loaded.call.value(), user, device);
                                     });
    if (!seen) return refuse(seen.error());
    return {};
  } catch (...) {
    // Heartbeats that arrive now are not received: nobody may be judged by it.
    context_.window.restart(context_.clock.steady());
    throw;
  }
}

/// Makes a full report with this heartbeat, which also renews the lease. While another OS thread does that,
/// stores this heartbeat alone.
void Heartbeats::writeThrough(const SessionKey& who) {
  if (const PresenceWindow::ReportTurn turn(context_.window); turn.mine()) {
    report();
    return;
  }
  HeartbeatStore::Report report;
  report.seenBy = context_.instance;
  report.lastSeen = {{who, context_.now().storage}};
  save(report);
}

/// Sessions that the storage skipped are closed, so they are untracked.
void Heartbeats::save(const HeartbeatStore::Report& report) {
  for (const HeartbeatStore::Absent& out : context_.storage.heartbeats().save(report)) {
    context_.presence.untrack(out.who, out.revision);
  }
}

void Heartbeats::report() {
  const SteadyPoint at = context_.clock.steady();
  reportAs(context_.window.peerAt(at, context_.storage), at);
  context_.window.reported(at);
}

void Heartbeats::reportLast() {
  const SteadyPoint at = context_.clock.steady();
  reportAs(context_.window.peerLeavingAt(at, context_.storage), at);
}

void Heartbeats::reportAs(const HeartbeatStore::Peer& peer, SteadyPoint at) {
  const StorageTime now = context_.storage.timeAt(at);
  HeartbeatStore::Report report;
  report.seenBy = context_.instance;
  report.peer = peer;
  std::vector<LastSeen> seen = seenUntil(at);
  report.lastSeen.reserve(seen.size());
  for (LastSeen& each : seen)
    report.lastSeen.emplace_back(std::move(each.who),
                                 saturatingSubtract(now, std::max(each.ago, Duration::zero())));
  save(report);
  raise(reportedAt_, at);
  untrackDeparted(now);
}

/// Not only since the last report that began, which may be under way and fail: with this one all that was
/// received before is promised to be stored.
std::vector<LastSeen> Heartbeats::seenUntil(SteadyPoint at) {
  context_.window.reportBegins(at);
  // All processes know these heartbeats already, and each would store those of all.
  if (context_.window.presenceIsShared()) return {};
  const SteadyPoint since = reportedAt_.load();
  try {
    return context_.presence.seenWithin(
        std::chrono::ceil<Duration>(saturatingDifference(at, since)) + PresenceWindow::overlap, at);
  } catch (...) {
    context_.window.restart(at);
    throw;
  }
}

/// All since the last time, however many and however long ago: a skipped one would stay tracked.
void Heartbeats::untrackDeparted(StorageTime now) {
  const StorageTime since = saturatingSubtract(departuresUpTo_.load(), commitMargin);
  std::size_t limit = 10'000;
  for (;;) {
    const auto gone = context_.storage.heartbeats().departures({since, limit});
    if (gone.size() == limit) {
      limit *= 4;
      continue;
    }
    for (const HeartbeatStore::Absent& each : gone) context_.presence.untrack(each.who, each.revision);
    raise(departuresUpTo_, now);
    return;
  }
}

}  // namespace messenger::actions
