#include "actions/heartbeats.hpp"

#include <algorithm>

#include "actions/presence_guard.hpp"
#include "messenger/errors.hpp"
#include "rules/heartbeat.hpp"

namespace messenger::actions {
namespace {

/// A departure is stored with the time of its decision, a little before its commit.
constexpr Duration commitMargin = std::chrono::seconds{5};

}  // namespace

bool Heartbeats::tryReceive(const CallId& call, const UserId& user) {
  const auto touched = context_.presence.touchNow(call, user, context_.clock);
  return touched.tracked && context_.window.mayAcknowledge(touched.now);
}

Result<void> Heartbeats::receive(const CallId& call, const UserId& user) {
  try {
    const auto touched = context_.presence.touchNow(call, user, context_.clock);
    if (touched.tracked) {
      if (context_.window.mayAcknowledge(touched.now)) return {};
      const ParticipantKey who{call, user};
      writeThrough(who);
      // Not tracked any more: out of the call, through another process. The storage says why.
      if (context_.presence.sinceLastSeen(who, touched.now)) return {};
    }
    const auto seen = engine_.runFor(user, {.call = call},
                                     [&](const CallStore::Loaded& loaded, const rules::Access&, rules::Now) {
                                       return rules::heartbeat(loaded.call.value(), user);
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
void Heartbeats::writeThrough(const ParticipantKey& who) {
  if (const PresenceWindow::ReportTurn turn(context_.window); turn.mine()) {
    report(context_.config.presence.ttl);
    return;
  }
  HeartbeatStore::Report report;
  report.seenBy = context_.instance;
  report.lastSeen = {{who, context_.now().storage}};
  save(report);
}

/// Participants whom the storage skipped are out of the call, so they are untracked.
void Heartbeats::save(const HeartbeatStore::Report& report) {
  for (const ParticipantKey& out : context_.storage.heartbeats().save(report)) {
    context_.presence.untrack(out);
  }
}

void Heartbeats::report(Duration window) {
  const SteadyPoint at = context_.clock.steady();
  reportAs(context_.window.peerAt(at, context_.storage), at, window);
  context_.window.reported(at);
}

void Heartbeats::reportLast(Duration window) {
  const SteadyPoint at = context_.clock.steady();
  reportAs(context_.window.peerLeavingAt(at, context_.storage), at, window);
}

void Heartbeats::reportAs(const HeartbeatStore::Peer& peer, SteadyPoint at, Duration window) {
  const StorageTime now = context_.storage.timeAt(at);
  HeartbeatStore::Report report;
  report.seenBy = context_.instance;
  report.peer = peer;
  std::vector<LastSeen> seen = seenWithin(window, at);
  report.lastSeen.reserve(seen.size());
  for (LastSeen& each : seen)
    report.lastSeen.emplace_back(std::move(each.who),
                                 saturatingSubtract(now, std::max(each.ago, Duration::zero())));
  save(report);
  untrackDeparted(now);
}

std::vector<LastSeen> Heartbeats::seenWithin(Duration window, SteadyPoint at) {
  try {
    return context_.presence.seenWithin(window, at);
  } catch (...) {
    context_.window.restart(at);
    throw;
  }
}

/// All since the last time, however many and however long ago: a skipped one would stay tracked.
void Heartbeats::untrackDeparted(StorageTime now) {
  StorageTime known = departuresUpTo_.load();
  const StorageTime since = saturatingSubtract(known, commitMargin);
  std::size_t limit = 10'000;
  for (;;) {
    const auto gone = context_.storage.heartbeats().departures({since, limit});
    if (gone.size() == limit) {
      limit *= 4;
      continue;
    }
    for (const ParticipantKey& who : gone) context_.presence.untrack(who);
    while (known < now && !departuresUpTo_.compare_exchange_weak(known, now)) {
    }
    return;
  }
}

}  // namespace messenger::actions
