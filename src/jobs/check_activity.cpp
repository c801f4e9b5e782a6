#include <algorithm>
#include <tuple>

#include "actions/presence_guard.hpp"
#include "jobs/sweep.hpp"
#include "jobs/sweeps.hpp"
#include "messenger/errors.hpp"
#include "rules/evict_silent.hpp"

namespace messenger::inline v0::jobs {
namespace {

using Silent = HeartbeatStore::SilentSession;

class ActivityCheck {
 public:
  ActivityCheck(actions::Context& context, actions::Engine& engine) : context_(context), engine_(engine) {}

  /// False: nobody may be evicted now.
  bool begin() {
    const StorageTime now = context_.now().storage;
    const bool shared = context_.window.presenceIsShared();
    const auto peers = shared ? std::vector<HeartbeatStore::Peer>{} : context_.storage.heartbeats().peers();
    const auto evidence =
        rules::evidenceAt(now, ttl(), context_.window.judge(context_.storage), peers, shared);
    if (evidence) evidence_ = *evidence;
    return evidence.has_value();
  }

  [[nodiscard]] StorageTime silentSince() const { return saturatingSubtract(evidence_.end, ttl()); }

  using Seen = std::optional<StorageTime>;

  /// When presence has seen each of them, in the same order.
  [[nodiscard]] std::vector<Seen> seenHere(const std::vector<Silent>& candidates) const {
    std::vector<SessionKey> sessions;
    sessions.reserve(candidates.size());
    for (const Silent& each : candidates) sessions.push_back(each.who);
    return seenHere(sessions);
  }

  /// Stores those whom only a shared presence has seen, so that the next check need not ask for them.
  void store(const std::vector<Silent>& candidates, const std::vector<Seen>& seen) {
    if (!context_.window.presenceIsShared()) return;
    HeartbeatStore::Report report;
    report.seenBy = context_.instance;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (!seen[i] || rules::isSilent(evidence_, ttl(), candidates[i].lastSeen, seen[i])) continue;
      report.lastSeen.emplace_back(candidates[i].who, *seen[i]);
    }
    if (report.lastSeen.empty()) return;
    for (const HeartbeatStore::Absent& out : context_.storage.heartbeats().save(report)) {
      actions::untrackSafely(context_, out.who, out.revision);
    }
  }

  void evictIfSilent(const Silent& candidate, const Seen& seen) {
    if (!rules::isSilent(evidence_, ttl(), candidate.lastSeen, seen)) return;
    const CallStore::LoadRequest request{.call = candidate.who.call, .user = candidate.who.user};
    // Refused only when the call no longer exists.
    const auto done = engine_.run(request, [&](const CallStore::Loaded& loaded, rules::Now now) {
      const rules::EvictSilent command{candidate.who.device, evidence_, ttl(),
                                       seenHere(std::vector<SessionKey>{candidate.who}).front()};
      return rules::evictSilent(command, loaded.call.value(), candidate.who.user, context_.rules, now);
    });
    if (done && done->kind == actions::Done::Kind::committed) context_.meter.count(Metric::evictions, 1);
  }

 private:
  [[nodiscard]] Duration ttl() const { return context_.config.presence.ttl; }

  [[nodiscard]] std::vector<Seen> seenHere(const std::vector<SessionKey>& sessions) const {
    const SteadyPoint now = context_.clock.steady();
    try {
      std::vector<Seen> seen;
      seen.reserve(sessions.size());
      for (const auto& ago : context_.presence.silentFor(sessions, now)) {
        seen.push_back(
            ago ? Seen{saturatingSubtract(context_.storage.timeAt(now), std::max(*ago, Duration::zero()))}
                : std::nullopt);
      }
      seen.resize(sessions.size());
      return seen;
    } catch (...) {
      context_.window.restart(now);
      throw;
    }
  }

  actions::Context& context_;
  actions::Engine& engine_;
  rules::Evidence evidence_;
};

/// One call after another, older ones first, and in each in the order of joining: participants who fell
/// silent together are evicted together, before any effect of the end of a call.
void sortByCall(std::vector<Silent>& batch) {
  std::sort(batch.begin(), batch.end(), [](const Silent& one, const Silent& other) {
    return std::tie(one.who.call, one.sequence) < std::tie(other.who.call, other.sequence);
  });
}

}  // namespace

bool checkActivity(actions::Context& context, actions::Engine& engine, std::int64_t upTo,
                   const KeepGoing& keepGoing) {
  ActivityCheck check(context, engine);
  if (!check.begin()) {
    actions::logSafely(
        context.logger, LogLevel::info,
        "activity check: nobody is evicted before heartbeats could be received for a full TTL");
    return true;
  }
  Sweep sweep(context);
  HeartbeatStore::SilentQuery query{check.silentSince(), upTo, std::nullopt, sweepBatch};
  for (;;) {
    auto batch = context.storage.heartbeats().silent(query);
    if (!batch.empty()) query.after = batch.back();
    sortByCall(batch);
    std::optional<std::vector<ActivityCheck::Seen>> seen;
    if (!batch.empty()) {
      sweep.attempt(batch.front().who.call, [&] {
        seen = check.seenHere(batch);
        check.store(batch, *seen);
      });
    }
    // Presence does not answer, so nobody is judged.
    if (!batch.empty() && !seen) break;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const Silent& candidate = batch[i];
      sweep.attempt(candidate.who.call, [&] { check.evictIfSilent(candidate, (*seen)[i]); });
      if (!keepGoing()) return false;
    }
    if (batch.size() < query.limit) break;
  }
  sweep.finish();
  return true;
}

}  // namespace messenger::jobs
