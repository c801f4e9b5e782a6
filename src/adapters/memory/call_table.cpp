#include "adapters/memory/call_table.hpp"

#include <algorithm>
#include <set>
#include <unordered_set>
#include <utility>

#include "messenger/errors.hpp"

namespace messenger::inline v0::memory {

ParticipantRow* CallRow::find(const UserId& user) const {
  const auto found = byUser.find(user);
  return found == byUser.end() ? nullptr : found->second;
}

SessionRow* CallRow::find(const UserId& user, const DeviceId& device) const {
  ParticipantRow* of = find(user);
  if (of == nullptr) return nullptr;
  const auto found = of->sessions.find(device);
  return found == of->sessions.end() ? nullptr : &found->second;
}

CallSnapshot CallRow::snapshot(const std::optional<UserId>& viewer) const {
  CallSnapshot result{call};
  if (!viewer) return result;
  if (const ParticipantRow* row = find(*viewer)) result.viewer = row->participant;
  if (const auto ring = rings.find(*viewer); ring != rings.end()) result.ring = ring->second;
  return result;
}

std::vector<UserId> CallRow::others(const UserId& viewer, std::size_t limit) const {
  std::vector<UserId> found;
  for (const ParticipantRow& each : participants) {
    if (found.size() == limit) break;
    if (each.participant.user != viewer) found.push_back(each.participant.user);
  }
  return found;
}

std::vector<CallRing> CallRow::ringsFor(const std::optional<UserId>& user, bool all) const {
  std::vector<CallRing> found;
  for (const auto& [callee, ring] : rings) {
    if (all || ring.rings() || callee == user) found.push_back(ring);
  }
  return found;
}

StorageTime CallRow::lastDeparture() const {
  StorageTime last = startedAt;
  for (const ParticipantRow& row : participants) last = std::max(last, row.departedAt);
  return last;
}

CallRow* CallTable::find(const CallId& call) const {
  const auto found = calls_.find(call);
  return found == calls_.end() ? nullptr : found->second.get();
}

ParticipantRow* CallTable::find(const ParticipantId& participant) const {
  const auto found = participants_.find(participant);
  return found == participants_.end() ? nullptr : found->second;
}

CallRow* CallTable::findActive(const ThreadId& thread) const {
  const auto found = activeByThread_.find(thread);
  return found == activeByThread_.end() ? nullptr : found->second;
}

const std::vector<CallRow*>* CallTable::ofThread(const ThreadId& thread) const {
  const auto found = byThread_.find(thread);
  return found == byThread_.end() ? nullptr : &found->second;
}

const std::map<std::int64_t, CallRow*>* CallTable::missedBy(const UserId& user) const {
  const auto found = missedBy_.find(user);
  return found == missedBy_.end() ? nullptr : &found->second;
}

void CallTable::requireWritable(const CallChange& change) const {
  const CallRow* call = find(change.call);
  requireCallRow(call, change);
  requireParticipants(call, change);
  requireSessions(call, change);
}

void CallTable::requireCallRow(const CallRow* known, const CallChange& change) const {
  if (change.expectedRevision == 0) {
    if (known != nullptr) throw StorageError("a call of that id exists");
    if (!change.row) throw StorageError("a new call needs its row");
  }
  if (!change.row) return;
  if (change.row->id != change.call) throw StorageError("the row belongs to another call");
  if (known == nullptr) return;
  if (known->call.threadId != change.row->threadId) throw StorageError("a call stays in its thread");
  const CallRow* active = findActive(change.row->threadId);
  if (change.row->active() && active != nullptr && active != known) {
    throw StorageError("the thread has another active call");
  }
}

void CallTable::requireParticipants(const CallRow* call, const CallChange& change) const {
  std::unordered_set<UserId> users;
  std::unordered_set<ParticipantId> ids;
  for (const CallParticipant& row : change.participants) {
    if (row.callId != change.call) throw StorageError("the participant is in another call");
    if (!users.insert(row.user).second || !ids.insert(row.id).second) {
      throw StorageError("a participant appears twice");
    }
    const ParticipantRow* known = find(row.id);
    if (known != nullptr && known->call != call) {
      throw StorageError("a participant of that id exists in another call");
    }
    const ParticipantRow* ofUser = call != nullptr ? call->find(row.user) : nullptr;
    if (known != nullptr ? known != ofUser : ofUser != nullptr) {
      throw StorageError("the user has another row in that call");
    }
  }
}

void CallTable::requireSessions(const CallRow* call, const CallChange& change) const {
  std::set<std::pair<ParticipantId, DeviceId>> given;
  for (const CallSession& each : change.sessions) {
    if (!given.emplace(each.participant, each.device).second) throw StorageError("a session appears twice");
    const auto written = std::find_if(change.participants.begin(), change.participants.end(),
                                      [&](const CallParticipant& row) { return row.id == each.participant; });
    const ParticipantRow* known = find(each.participant);
    if (written == change.participants.end() && (known == nullptr || known->call != call)) {
      throw StorageError("a session of no participant of that call");
    }
  }
}

CallRow& CallTable::rowFor(const CallChange& change) {
  if (CallRow* known = find(change.call)) return *known;
  CallRow& row = *(calls_[change.call] = std::make_unique<CallRow>());
  row.startedAt = change.now;
  row.call.id = change.call;
  row.call.threadId = change.row->threadId;
  row.call.sequence = ++lastCall_;
  byThread_[row.call.threadId].push_back(&row);
  return row;
}

void CallTable::writeCall(CallRow& row, const CallWithRoom& wanted) {
  const std::int64_t sequence = row.call.sequence;
  const std::int64_t revision = row.call.revision;
  row.call = wanted;
  row.call.sequence = sequence;
  row.call.revision = revision;
  if (row.call.active()) {
    active_[sequence] = &row;
    activeByThread_[row.call.threadId] = &row;
  } else {
    if (active_.erase(sequence) > 0) activeByThread_.erase(row.call.threadId);
    ended_[sequence] = &row;
  }
}

ParticipantRow& CallTable::rowFor(CallRow& call, const CallParticipant& wanted) {
  if (ParticipantRow* known = find(wanted.id)) return *known;
  ParticipantRow& added = call.participants.emplace_back();
  added.participant.sequence = ++lastParticipant_;
  added.call = &call;
  call.byUser[wanted.user] = &added;
  participants_[wanted.id] = &added;
  return added;
}

void CallTable::writeParticipant(CallRow& call, const CallParticipant& wanted, const CallChange& change,
                                 CommitResult& result) {
  ParticipantRow& row = rowFor(call, wanted);
  const std::int64_t sequence = row.participant.sequence;
  row.participant = wanted;
  row.participant.sequence = sequence;
  if (row.isIn()) {
    if (call.inCall.emplace(sequence, &row).second) countIn(wanted.user);
  } else {
    if (call.inCall.erase(sequence) > 0) countOut(wanted.user);
    row.departedAt = change.now;
    closeSessions(row, *wanted.leftAt, change.now, result);
  }
  result.participants.push_back(row.participant);
}

void CallTable::writeSession(const CallSession& wanted, const CallChange& change, CommitResult& result) {
  ParticipantRow& of = *find(wanted.participant);
  const auto known = of.sessions.find(wanted.device);
  if (!wanted.open()) {
    if (known != of.sessions.end()) closeSession(known->second, *wanted.closedAt, change.now, result);
    return;
  }
  if (known != of.sessions.end()) displace(known->second);
  SessionRow& row = of.sessions[wanted.device];
  row.session = wanted;
  row.session.lastSeen = change.now;
  row.seenBy = change.seenBy;
  row.participant = &of;
  place(row);
}

void CallTable::closeSession(SessionRow& row, TimePoint at, StorageTime now, CommitResult& result) {
  if (!row.session.open()) return;
  displace(row);
  row.session.closedAt = at;
  row.departedAt = now;
  place(row);
  result.closed.push_back(row.participant->keyOf(row));
}

void CallTable::closeSessions(ParticipantRow& row, TimePoint at, StorageTime now, CommitResult& result) {
  for (auto& [device, each] : row.sessions) closeSession(each, at, now, result);
}

/// Adds the row to its index.
void CallTable::place(SessionRow& row) {
  const std::int64_t sequence = row.participant->participant.sequence;
  if (row.session.open()) {
    open_[{row.session.lastSeen, sequence, row.session.device}] = &row;
  } else {
    departed_[{row.departedAt, sequence, row.session.device}] = &row;
  }
}

void CallTable::displace(SessionRow& row) {
  const std::int64_t sequence = row.participant->participant.sequence;
  if (row.session.open()) {
    open_.erase({row.session.lastSeen, sequence, row.session.device});
  } else {
    departed_.erase({row.departedAt, sequence, row.session.device});
  }
}

void CallTable::countIn(const UserId& user) {
  ++busy_[user];
}

void CallTable::countOut(const UserId& user) {
  const auto found = busy_.find(user);
  if (found != busy_.end() && --found->second == 0) busy_.erase(found);
}

void CallTable::writeRing(CallRow& call, const CallRing& wanted) {
  call.rings[wanted.user] = wanted;
  if (wanted.isMissed()) missedBy_[wanted.user][call.call.sequence] = &call;
}

bool CallTable::markSeen(CallRow& call, const UserId& user) {
  CallRing& ring = call.rings.at(user);
  return ring.isMissed() && !std::exchange(ring.seen, true);
}

void CallTable::emptyCall(CallRow& call, TimePoint leftAt, StorageTime now, CommitResult& result) {
  result.left.reserve(call.inCall.size());
  for (const auto& [sequence, row] : std::exchange(call.inCall, {})) {
    countOut(row->participant.user);
    row->participant.leftAt = leftAt;
    row->participant.updatedAt = leftAt;
    row->departedAt = now;
    closeSessions(*row, leftAt, now, result);
    result.left.push_back(row->participant);
  }
}

CommitResult CallTable::write(const CallChange& change) {
  CallRow& row = rowFor(change);
  CommitResult result;
  result.status = CommitResult::Status::committed;
  if (change.row) writeCall(row, *change.row);
  for (const CallParticipant& wanted : change.participants) writeParticipant(row, wanted, change, result);
  if (change.forgets) forget(change.forgets->first, change.forgets->second);
  for (const CallSession& wanted : change.sessions) writeSession(wanted, change, result);
  for (const CallRing& wanted : change.rings) writeRing(row, wanted);
  if (change.everyoneLeaves) emptyCall(row, *change.everyoneLeaves, change.now, result);
  ++row.call.revision;
  result.call = row.call;
  return result;
}

std::vector<CallRow*> CallTable::after(std::int64_t sequence, std::size_t limit) const {
  std::vector<CallRow*> found;
  auto active = active_.upper_bound(sequence);
  auto ended = ended_.upper_bound(sequence);
  while (found.size() < limit && (active != active_.end() || ended != ended_.end())) {
    const bool isActive = ended == ended_.end() || (active != active_.end() && active->first < ended->first);
    found.push_back((isActive ? active : ended)->second);
    ++(isActive ? active : ended);
  }
  return found;
}

bool CallTable::replace(CallRow& call, const UserId& user, const UserId& instead) {
  bool found = false;
  const auto put = [&](UserId& where) {
    if (where != user) return;
    where = instead;
    found = true;
  };
  put(call.call.owner);
  if (call.call.endedBy) put(*call.call.endedBy);
  if (ParticipantRow* row = call.find(user)) {
    if (row->isIn()) countOut(user);
    put(row->participant.user);
    for (auto& [device, session] : row->sessions) session.session.user = instead;
    call.byUser.erase(user);
    call.byUser[instead] = row;
    if (row->isIn()) countIn(instead);
  }
  if (const auto ring = call.rings.find(user); ring != call.rings.end()) {
    CallRing moved = ring->second;
    moved.user = instead;
    call.rings.erase(ring);
    forgetMissed(call, user);
    writeRing(call, moved);
    found = true;
  }
  if (found) ++call.call.revision;
  return found;
}

void CallTable::forgetMissed(const CallRow& call, const UserId& user) {
  const auto found = missedBy_.find(user);
  if (found == missedBy_.end()) return;
  found->second.erase(call.call.sequence);
  if (found->second.empty()) missedBy_.erase(found);
}

void CallTable::remove(CallRow& row) {
  for (ParticipantRow& each : row.participants) {
    for (auto& [device, session] : each.sessions) displace(session);
    participants_.erase(each.participant.id);
  }
  for (const auto& [callee, ring] : row.rings) forgetMissed(row, callee);
  std::vector<CallRow*>& ofThread = byThread_.at(row.call.threadId);
  std::erase(ofThread, &row);
  if (ofThread.empty()) byThread_.erase(row.call.threadId);
  ended_.erase(row.call.sequence);
  const CallId id = row.call.id;  // the row goes with its key
  calls_.erase(id);
}

void CallTable::intend(CallRow& row, TimePoint now) {
  row.call.roomMayExist = true;
  row.call.updatedAt = now;
  ++row.call.revision;
}

void CallTable::seen(SessionRow& row, StorageTime at, InstanceId by) {
  displace(row);
  row.session.lastSeen = at;
  row.seenBy = by;
  place(row);
}

void CallTable::forget(const ParticipantId& participant, const DeviceId& device) {
  ParticipantRow* of = find(participant);
  if (of == nullptr) return;
  const auto found = of->sessions.find(device);
  if (found == of->sessions.end() || found->second.session.open()) return;
  displace(found->second);
  of->sessions.erase(found);
}

}  // namespace messenger::memory
