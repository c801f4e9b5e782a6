#include "adapters/memory/call_table.hpp"

namespace messenger::memory {

ParticipantRow* CallRow::find(const UserId& user) const {
  const auto found = byUser.find(user);
  return found == byUser.end() ? nullptr : found->second;
}

ParticipantRow* CallRow::findInCall(const UserId& user) const {
  ParticipantRow* row = find(user);
  return row != nullptr && row->participant.inCall() ? row : nullptr;
}

CallSnapshot CallRow::snapshot(const std::optional<UserId>& viewer) const {
  CallSnapshot result{call, std::nullopt};
  if (viewer) {
    if (const ParticipantRow* row = find(*viewer)) result.viewer = row->participant;
  }
  return result;
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

CallRow& CallTable::start(const StartChange& change) {
  CallRow& row = *(calls_[change.call] = std::make_unique<CallRow>());
  row.call.id = change.call;
  row.call.threadId = change.thread;
  row.call.owner = change.owner;
  row.call.createdAt = change.now;
  row.call.updatedAt = change.now;
  row.call.sequence = ++lastCall_;
  byThread_[change.thread].push_back(&row);
  activeByThread_[change.thread] = &row;
  active_[row.call.sequence] = &row;
  add(row, change.participant, change.owner, change.now, change.heardBy);
  return row;
}

ParticipantRow& CallTable::add(CallRow& row, const ParticipantId& id, const UserId& user, TimePoint now,
                               InstanceId heardBy) {
  ParticipantRow& added = row.participants.emplace_back();
  CallParticipant& participant = added.participant;
  participant.id = id;
  participant.callId = row.call.id;
  participant.owner = user;
  participant.createdAt = now;
  participant.updatedAt = now;
  participant.sequence = ++lastParticipant_;
  added.lastHeard = now;
  added.heardBy = heardBy;
  added.call = &row;
  row.byUser[user] = &added;
  participants_[id] = &added;
  silent_[{now, participant.sequence}] = &added;
  ++row.inCall;
  ++row.call.revision;
  return added;
}

void CallTable::putBack(ParticipantRow& row, TimePoint now, InstanceId heardBy) {
  CallParticipant& participant = row.participant;
  left_.erase({*participant.leftAt, participant.sequence});
  participant.leftAt.reset();
  participant.updatedAt = now;
  row.lastHeard = now;
  row.heardBy = heardBy;
  silent_[{now, participant.sequence}] = &row;
  ++row.call->inCall;
  ++row.call->call.revision;
}

void CallTable::takeOut(ParticipantRow& row, TimePoint now) {
  CallParticipant& participant = row.participant;
  silent_.erase({row.lastHeard, participant.sequence});
  participant.leftAt = now;
  participant.updatedAt = now;
  left_[{now, participant.sequence}] = &row;
  --row.call->inCall;
  ++row.call->call.revision;
}

void CallTable::setKicked(ParticipantRow& row, bool kicked, TimePoint now) {
  row.participant.kicked = kicked;
  row.participant.updatedAt = now;
  ++row.call->call.revision;
}

void CallTable::end(CallRow& row, EndReason reason, const std::optional<UserId>& by, TimePoint now) {
  for (ParticipantRow& participant : row.participants) {
    if (!participant.participant.leftAt) takeOut(participant, now);
  }
  row.call.endedAt = now;
  row.call.endReason = reason;
  row.call.endedBy = by;
  changed(row, now);
  active_.erase(row.call.sequence);
  activeByThread_.erase(row.call.threadId);
}

void CallTable::heard(ParticipantRow& row, TimePoint at, InstanceId by) {
  silent_.erase({row.lastHeard, row.participant.sequence});
  row.lastHeard = at;
  row.heardBy = by;
  silent_[{at, row.participant.sequence}] = &row;
}

void CallTable::changed(CallRow& row, TimePoint now) {
  row.call.updatedAt = now;
  ++row.call.revision;
}

}  // namespace messenger::memory
