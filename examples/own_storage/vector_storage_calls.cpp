// The changes of calls: each looks at everything that can stand in its way before it changes the first row.
#include <messenger/errors.hpp>

#include <algorithm>

#include "vector_storage.hpp"

using namespace messenger;

namespace {

void changed(Call& call, TimePoint now) {
  call.updatedAt = now;
  ++call.revision;
}

}  // namespace

const CallParticipant& VectorStorage::addParticipant(const CallId& call, const ParticipantId& id,
                                                     const UserId& user, TimePoint now, InstanceId heardBy) {
  Participant& added = participants_.emplace_back();
  added.row.id = id;
  added.row.callId = call;
  added.row.owner = user;
  added.row.createdAt = now;
  added.row.updatedAt = now;
  added.row.sequence = static_cast<std::int64_t>(participants_.size());
  added.lastHeard = now;
  added.heardBy = heardBy;
  ++callOf(call)->revision;
  return added.row;
}

std::vector<CallParticipant> VectorStorage::end(Call& call, EndReason reason, const std::optional<UserId>& by,
                                                TimePoint now) {
  std::vector<CallParticipant> putOut;
  for (Participant& each : participants_) {
    if (each.row.callId != call.id || each.row.leftAt) continue;
    each.row.leftAt = now;
    each.row.updatedAt = now;
    putOut.push_back(each.row);
  }
  call.endedAt = now;
  call.endReason = reason;
  call.endedBy = by;
  changed(call, now);
  return putOut;
}

// [start]
StartOutcome VectorStorage::startCall(const StartChange& change) {
  const std::lock_guard lock(mutex_);
  if (isDown(change.now)) return {StartStatus::down, {}, {}};
  for (const Call& each : calls_) {
    if (each.threadId == change.thread && each.active()) return {StartStatus::alreadyActive, {}, {}};
  }
  requireNew(change.jobs);

  Call call;
  call.id = change.call;
  call.threadId = change.thread;
  call.owner = change.owner;
  call.createdAt = change.now;
  call.updatedAt = change.now;
  call.sequence = static_cast<std::int64_t>(calls_.size()) + 1;
  calls_.push_back(call);
  const CallParticipant& starter =
      addParticipant(change.call, change.participant, change.owner, change.now, change.heardBy);
  store(change.jobs, change.now);
  return {StartStatus::started, calls_.back(), starter};
}
// [/start]

JoinOutcome VectorStorage::joinCall(const JoinChange& change) {
  const std::lock_guard lock(mutex_);
  Call* call = callOf(change.call);
  if (call == nullptr) return {};
  if (!call->active()) return {JoinStatus::ended, *call, {}};
  Participant* row = rowOf(change.call, change.user);
  if (row == nullptr) {
    const CallParticipant& added =
        addParticipant(change.call, change.participant, change.user, change.now, change.heardBy);
    return {JoinStatus::joined, *call, added};
  }
  if (row->row.kicked) return {JoinStatus::kicked, *call, {}};
  if (!row->row.leftAt) return {JoinStatus::alreadyIn, *call, row->row};
  row->row.leftAt.reset();
  row->row.updatedAt = change.now;
  row->lastHeard = change.now;
  row->heardBy = change.heardBy;
  ++call->revision;
  return {JoinStatus::rejoined, *call, row->row};
}

LeaveOutcome VectorStorage::leaveCall(const LeaveChange& change) {
  const std::lock_guard lock(mutex_);
  Call* call = callOf(change.call);
  if (call == nullptr) return {};
  Participant* row = rowOf(change.call, change.user);
  LeaveOutcome outcome{LeaveStatus::left, {}, {}, false};
  if (!call->active()) {
    outcome.status = LeaveStatus::ended;
  } else if (!isIn(change.call, change.user)) {
    outcome.status = LeaveStatus::notInCall;
  } else {
    requireNew(change.onEnd);
    row->row.leftAt = change.now;
    row->row.updatedAt = change.now;
    ++call->revision;
    outcome.endedCall = isEmpty(change.call);
  }
  if (outcome.endedCall) {
    end(*call, change.ifEmpty, std::nullopt, change.now);
    store(change.onEnd, change.now);
  }
  outcome.call = *call;
  if (row != nullptr) outcome.participant = row->row;
  return outcome;
}

KickOutcome VectorStorage::setKicked(const KickChange& change) {
  const std::lock_guard lock(mutex_);
  Call* call = callOf(change.call);
  if (call == nullptr) return {};
  if (!call->active()) return {KickStatus::ended, *call, {}, false};
  if (!isIn(change.call, change.actor)) return {KickStatus::actorNotInCall, *call, {}, false};
  const auto row = std::find_if(participants_.begin(), participants_.end(), [&](const Participant& each) {
    return each.row.id == change.participant && each.row.callId == change.call;
  });
  if (row == participants_.end()) return {KickStatus::noParticipant, *call, {}, false};
  if (row->row.kicked == change.kicked) return {KickStatus::unchanged, *call, row->row, false};
  requireNew(change.onEnd);

  row->row.kicked = change.kicked;
  if (change.kicked && !row->row.leftAt) row->row.leftAt = change.now;
  row->row.updatedAt = change.now;
  ++call->revision;
  const bool endsCall = isEmpty(change.call);
  if (endsCall) {
    end(*call, EndReason::lastLeft, std::nullopt, change.now);
    store(change.onEnd, change.now);
  }
  return {KickStatus::changed, *call, row->row, endsCall};
}

EndOutcome VectorStorage::endCall(const EndChange& change) {
  const std::lock_guard lock(mutex_);
  Call* call = callOf(change.call);
  if (call == nullptr) return {};
  if (!call->active()) return {EndStatus::alreadyEnded, *call, {}};
  if (change.mustBeIn && !isIn(change.call, *change.mustBeIn)) return {EndStatus::actorNotInCall, *call, {}};
  if (change.mustBeOut && rowOf(change.call, *change.mustBeOut) != nullptr) {
    return {EndStatus::actorHasJoined, *call, {}};
  }
  if (change.settles && claimedJob(change.settles->job, change.settles->token) == nullptr) {
    return {EndStatus::lostJob, *call, {}};
  }
  requireNew(change.onEnd);

  auto putOut = end(*call, change.reason, change.by, change.now);
  if (change.settles) settle(*change.settles);
  store(change.onEnd, change.now);
  return {EndStatus::ended, *call, std::move(putOut)};
}

SetupOutcome VectorStorage::completeSetup(const SetupChange& change) {
  const std::lock_guard lock(mutex_);
  Call* call = callOf(change.call);
  if (call == nullptr) return {};
  const bool holds = claimedJob(change.job, change.token) != nullptr;
  if (!holds && call->active()) return {SetupStatus::lost, *call};
  requireNew(change.ifLate);
  if (holds) std::erase_if(jobs_, [&](const Job& job) { return job.id == change.job; });

  call->roomMayExist = true;
  changed(*call, change.now);
  if (!holds || call->teardownComplete) {  // nobody waits for this room any more: it must go
    store(change.ifLate, change.now);
    return {SetupStatus::lateRoom, *call};
  }
  call->room = change.room;
  call->setupComplete = true;
  return {SetupStatus::recorded, *call};
}

TeardownOutcome VectorStorage::completeTeardown(const TeardownChange& change) {
  const std::lock_guard lock(mutex_);
  Call* call = callOf(change.call);
  if (call == nullptr) return {};
  if (call->active() || claimedJob(change.job, change.token) == nullptr ||
      (change.revision && *change.revision != call->revision)) {
    return {TeardownStatus::lost, *call};
  }
  const bool again = call->teardownComplete;
  call->teardownComplete = true;
  call->roomMayExist = false;
  changed(*call, change.now);
  std::erase_if(jobs_, [&](const Job& job) { return job.id == change.job; });
  return {again ? TeardownStatus::again : TeardownStatus::tornDown, *call};
}

RenewOutcome VectorStorage::renewRoom(const RenewChange& change) {
  const std::lock_guard lock(mutex_);
  Call* call = callOf(change.call);
  if (call == nullptr) return {};
  if (!call->active()) return {RenewStatus::ended, *call};
  if (!call->setupComplete) return {RenewStatus::notSetUp, *call};
  const bool waits = std::any_of(jobs_.begin(), jobs_.end(), [&](const Job& job) {
    return job.call == change.call && job.type == JobType::setupCall && !job.parked;
  });
  if (waits) return {RenewStatus::waiting, *call};
  requireNew({change.setup});

  call->setupComplete = false;
  call->room.reset();
  changed(*call, change.now);
  store({change.setup}, change.now);
  return {RenewStatus::renewed, *call};
}
