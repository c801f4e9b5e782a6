#include "adapters/memory/call_table.hpp"

#include <algorithm>
#include <unordered_set>

#include "messenger/errors.hpp"

namespace messenger::memory {

ParticipantRow* CallRow::find(const UserId& user) const {
  const auto found = byUser.find(user);
  return found == byUser.end() ? nullptr : found->second;
}

CallSnapshot CallRow::snapshot(const std::optional<UserId>& viewer) const {
  CallSnapshot result{call, std::nullopt};
  if (viewer) {
    if (const ParticipantRow* row = find(*viewer)) result.viewer = row->participant;
  }
  return result;
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

void CallTable::requireWritable(const CallChange& change) const {
  const CallRow* call = find(change.call);
  requireCallRow(call, change);
  requireParticipants(call, change);
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
  if (ParticipantRow* known = find(wanted.id)) {
    displace(*known);
    return *known;
  }
  ParticipantRow& added = call.participants.emplace_back();
  added.participant.sequence = ++lastParticipant_;
  added.call = &call;
  call.byUser[wanted.user] = &added;
  participants_[wanted.id] = &added;
  return added;
}

const CallParticipant& CallTable::writeParticipant(CallRow& call, const CallParticipant& wanted,
                                                   const CallChange& change) {
  ParticipantRow& row = rowFor(call, wanted);
  const std::int64_t sequence = row.participant.sequence;
  row.participant = wanted;
  row.participant.sequence = sequence;
  if (row.isIn()) row.seenBy = change.seenBy;
  place(row, change.now);
  return row.participant;
}

/// Adds the row to its indexes.
void CallTable::place(ParticipantRow& row, StorageTime at) {
  const std::int64_t sequence = row.participant.sequence;
  if (row.isIn()) {
    row.lastSeen = at;
    inCall_[{at, sequence}] = &row;
    row.call->inCall[sequence] = &row;
  } else {
    row.departedAt = at;
    departed_[{at, sequence}] = &row;
  }
}

void CallTable::displace(ParticipantRow& row) {
  const std::int64_t sequence = row.participant.sequence;
  if (row.isIn()) {
    inCall_.erase({row.lastSeen, sequence});
    row.call->inCall.erase(sequence);
  } else {
    departed_.erase({row.departedAt, sequence});
  }
}

std::vector<CallParticipant> CallTable::emptyCall(CallRow& call, TimePoint leftAt, StorageTime now) {
  std::vector<CallParticipant> left;
  left.reserve(call.inCall.size());
  while (!call.inCall.empty()) {
    ParticipantRow& row = *call.inCall.begin()->second;
    displace(row);
    row.participant.leftAt = leftAt;
    row.participant.updatedAt = leftAt;
    place(row, now);
    left.push_back(row.participant);
  }
  return left;
}

CommitResult CallTable::write(const CallChange& change) {
  CallRow& row = rowFor(change);
  CommitResult result;
  result.status = CommitResult::Status::committed;
  if (change.row) writeCall(row, *change.row);
  for (const CallParticipant& wanted : change.participants) {
    result.participants.push_back(writeParticipant(row, wanted, change));
  }
  if (change.everyoneLeaves) result.left = emptyCall(row, *change.everyoneLeaves, change.now);
  ++row.call.revision;
  result.call = row.call;
  return result;
}

void CallTable::remove(CallRow& row) {
  for (ParticipantRow& each : row.participants) {
    displace(each);
    participants_.erase(each.participant.id);
  }
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

void CallTable::seen(ParticipantRow& row, StorageTime at, InstanceId by) {
  inCall_.erase({row.lastSeen, row.participant.sequence});
  row.lastSeen = at;
  row.seenBy = by;
  inCall_[{at, row.participant.sequence}] = &row;
}

}  // namespace messenger::memory
