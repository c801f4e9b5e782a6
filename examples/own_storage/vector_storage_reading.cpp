// Presence and everything that only reads.
#include <algorithm>
#include <tuple>

#include "vector_storage.hpp"

using namespace messenger;

Call* VectorStorage::callOf(const CallId& call) {
  return const_cast<Call*>(std::as_const(*this).callOf(call));
}

const Call* VectorStorage::callOf(const CallId& call) const {
  const auto found =
      std::find_if(calls_.begin(), calls_.end(), [&](const Call& each) { return each.id == call; });
  return found == calls_.end() ? nullptr : &*found;
}

VectorStorage::Participant* VectorStorage::rowOf(const CallId& call, const UserId& user) {
  return const_cast<Participant*>(std::as_const(*this).rowOf(call, user));
}

const VectorStorage::Participant* VectorStorage::rowOf(const CallId& call, const UserId& user) const {
  const auto found = std::find_if(participants_.begin(), participants_.end(), [&](const Participant& each) {
    return each.row.callId == call && each.row.owner == user;
  });
  return found == participants_.end() ? nullptr : &*found;
}

bool VectorStorage::isIn(const CallId& call, const UserId& user) const {
  const Participant* row = rowOf(call, user);
  return row != nullptr && !row->row.leftAt;
}

bool VectorStorage::isEmpty(const CallId& call) const {
  return std::none_of(participants_.begin(), participants_.end(),
                      [&](const Participant& each) { return each.row.callId == call && !each.row.leftAt; });
}

CallSnapshot VectorStorage::snapshot(const Call& call, const std::optional<UserId>& viewer) const {
  CallSnapshot seen{call, std::nullopt};
  const Participant* row = viewer ? rowOf(call.id, *viewer) : nullptr;
  if (row != nullptr) seen.viewer = row->row;
  return seen;
}

void VectorStorage::saveHeartbeats(const HeartbeatBatch& batch) {
  const std::lock_guard lock(mutex_);
  std::erase_if(listeners_, [&](const Listener& each) { return each.instance == batch.heardBy; });
  listeners_.push_back({batch.heardBy, batch.listeningSince, batch.now});
  for (const auto& [who, at] : batch.heard) {
    Participant* row = isIn(who.call, who.user) ? rowOf(who.call, who.user) : nullptr;
    if (row == nullptr || at <= row->lastHeard) continue;
    row->lastHeard = at;
    row->heardBy = batch.heardBy;
  }
}

Listeners VectorStorage::listeners(InstanceId self, TimePoint since) const {
  const std::lock_guard lock(mutex_);
  Listeners others;
  for (const Listener& each : listeners_) {
    if (each.instance == self || each.wroteAt < since) continue;
    ++others.count;
    others.latestListeningSince =
        std::max(others.latestListeningSince.value_or(each.listeningSince), each.listeningSince);
  }
  return others;
}

std::vector<StoredPresence> VectorStorage::silentParticipants(const SilentQuery& query) const {
  const std::lock_guard lock(mutex_);
  const auto order = [](const StoredPresence& p) { return std::tuple(p.lastHeard, p.sequence); };
  std::vector<StoredPresence> silent;
  for (const Participant& each : participants_) {
    if (each.row.leftAt || each.lastHeard > query.heardAtOrBefore) continue;
    if (callOf(each.row.callId)->sequence > query.cutoff) continue;
    StoredPresence found{{each.row.callId, each.row.owner}, each.lastHeard, each.heardBy, each.row.sequence};
    if (!query.after || order(found) > order(*query.after)) silent.push_back(std::move(found));
  }
  std::sort(silent.begin(), silent.end(), [&](const auto& a, const auto& b) { return order(a) < order(b); });
  if (silent.size() > query.limit) silent.resize(query.limit);
  return silent;
}

std::vector<InCallKey> VectorStorage::departuresSince(TimePoint since, std::size_t limit) const {
  const std::lock_guard lock(mutex_);
  std::vector<InCallKey> gone;
  for (const Participant& each : participants_) {
    if (gone.size() == limit) break;
    if (each.row.leftAt && *each.row.leftAt >= since) gone.push_back({each.row.callId, each.row.owner});
  }
  return gone;
}

std::optional<CallSnapshot> VectorStorage::findCall(const CallId& call,
                                                    const std::optional<UserId>& viewer) const {
  const std::lock_guard lock(mutex_);
  const Call* found = callOf(call);
  if (found == nullptr) return std::nullopt;
  return snapshot(*found, viewer);
}

std::optional<CallParticipant> VectorStorage::findParticipant(const ParticipantId& participant) const {
  const std::lock_guard lock(mutex_);
  for (const Participant& each : participants_) {
    if (each.row.id == participant) return each.row;
  }
  return std::nullopt;
}

std::vector<CallParticipant> VectorStorage::participants(const CallId& call) const {
  const std::lock_guard lock(mutex_);
  std::vector<CallParticipant> found;
  for (const Participant& each : participants_) {
    if (each.row.callId == call) found.push_back(each.row);
  }
  return found;
}

HistoryPage VectorStorage::history(const HistoryQuery& query) const {
  const std::lock_guard lock(mutex_);
  HistoryPage page;
  std::for_each(calls_.rbegin(), calls_.rend(), [&](const Call& call) {
    if (call.threadId != query.thread) return;
    ++page.total;
    if (query.before && call.sequence >= *query.before) return;
    if (page.calls.size() == query.limit) {
      page.more = true;
    } else {
      page.calls.push_back(snapshot(call, query.viewer));
    }
  });
  return page;
}

std::vector<CallSnapshot> VectorStorage::activeCalls(const std::vector<ThreadId>& threads,
                                                     const UserId& viewer) const {
  const std::lock_guard lock(mutex_);
  std::vector<CallSnapshot> found;
  for (const Call& call : calls_) {
    if (!call.active() || std::find(threads.begin(), threads.end(), call.threadId) == threads.end()) continue;
    found.push_back(snapshot(call, viewer));
  }
  return found;
}

std::vector<Call> VectorStorage::activeCallsUpTo(std::int64_t cutoff, std::int64_t after,
                                                 std::size_t limit) const {
  const std::lock_guard lock(mutex_);
  std::vector<Call> found;
  for (const Call& call : calls_) {
    if (found.size() == limit) break;
    if (call.active() && call.sequence > after && call.sequence <= cutoff) found.push_back(call);
  }
  return found;
}

ActiveSummary VectorStorage::activeSummary(TimePoint createdBefore) const {
  const std::lock_guard lock(mutex_);
  ActiveSummary summary;
  for (const Call& call : calls_) {
    if (!call.active() || call.createdAt >= createdBefore) continue;
    ++summary.count;
    summary.cutoff = call.sequence;
  }
  return summary;
}
