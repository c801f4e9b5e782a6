#include <algorithm>

#include "vector_storage.hpp"

using namespace messenger;

Tables::CallRow* Tables::find(const CallId& call) {
  for (CallRow& row : calls) {
    if (row.call.id == call) return &row;
  }
  return nullptr;
}

Tables::CallRow* Tables::findActive(const ThreadId& thread) {
  for (CallRow& row : calls) {
    if (row.call.threadId == thread && row.call.active()) return &row;
  }
  return nullptr;
}

Tables::ParticipantRow* Tables::find(const ParticipantId& participant) {
  for (ParticipantRow& row : participants) {
    if (row.participant.id == participant) return &row;
  }
  return nullptr;
}

Tables::ParticipantRow* Tables::find(const CallId& call, const UserId& user) {
  for (ParticipantRow& row : participants) {
    if (row.participant.callId == call && row.participant.user == user) return &row;
  }
  return nullptr;
}

Tables::SessionRow* Tables::find(const SessionKey& session) {
  for (SessionRow& row : sessions) {
    if (row.key() == session) return &row;
  }
  return nullptr;
}

Tables::RingRow* Tables::findRing(const CallId& call, const UserId& callee) {
  for (RingRow& row : rings) {
    if (row.call == call && row.ring.user == callee) return &row;
  }
  return nullptr;
}

std::vector<CallRing> Tables::ringsOf(const CallId& call, const std::optional<UserId>& user, bool all) const {
  std::vector<CallRing> found;
  for (const RingRow& row : rings) {
    const bool wanted = all || row.ring.rings() || row.ring.user == user;
    if (row.call == call && wanted) found.push_back(row.ring);
  }
  return found;
}

std::size_t Tables::countInCall(const CallId& call) const {
  return static_cast<std::size_t>(std::count_if(
      participants.begin(), participants.end(),
      [&](const ParticipantRow& row) { return row.participant.callId == call && !row.participant.leftAt; }));
}

bool Tables::canBePruned(const CallRow& row, StorageTime endedBefore) const {
  const CallId& call = row.call.id;
  const auto isRecent = [&](const ParticipantRow& each) {
    return each.participant.callId == call && each.departedAt >= endedBefore;
  };
  return !row.call.active() && !row.call.roomMayExist && row.startedAt < endedBefore &&
         std::none_of(participants.begin(), participants.end(), isRecent) &&
         std::none_of(jobs.begin(), jobs.end(), [&](const Job& job) { return job.call == call; });
}

Job* Tables::findClaimed(const JobId& job, std::int64_t token) {
  for (Job& each : jobs) {
    if (each.id == job && each.token == token && each.leasedUntil) return &each;
  }
  return nullptr;
}

bool Tables::knows(const JobId& job) const {
  return std::any_of(jobs.begin(), jobs.end(), [&](const Job& each) { return each.id == job; });
}

void Tables::add(const NewJob& job) {
  Job stored;
  stored.id = job.id;
  stored.type = job.type;
  stored.queue = job.queue;
  stored.call = job.call;
  stored.cutoff = job.cutoff;
  stored.createdAt = job.createdAt;
  stored.availableAt = job.availableAt;
  stored.mediaId = job.mediaId;
  stored.sequence = ++lastJob;
  jobs.push_back(stored);
}

void Tables::settle(const Settlement& settlement) {
  if (settlement.kind == Settlement::Kind::done) {
    std::erase_if(jobs, [&](const Job& each) { return each.id == settlement.job; });
    return;
  }
  Job& job = *findClaimed(settlement.job, settlement.token);
  job.leasedUntil.reset();
  job.lastError = settlement.error;
  if (settlement.kind == Settlement::Kind::retry) job.availableAt = settlement.availableAt;
  if (settlement.kind == Settlement::Kind::fail) job.failed = true;
}
