// MemoryStorage: the changes of calls.
#include "adapters/memory/memory_storage.hpp"
#include "messenger/errors.hpp"

namespace messenger::memory {

using support::Lock;

StartOutcome MemoryStorage::startCall(const StartChange& change) {
  const Lock lock(mutex_);
  if (isDown(change.now)) return {StartStatus::down, {}, {}};
  if (calls_.findActive(change.thread) != nullptr) return {StartStatus::alreadyActive, {}, {}};
  if (calls_.find(change.call) != nullptr) throw StorageError("a call of that id exists");
  if (calls_.find(change.participant) != nullptr) throw StorageError("a participant of that id exists");
  jobs_.requireNew(change.jobs);

  const CallRow& row = calls_.start(change);
  jobs_.addAll(change.jobs, change.now);
  return {StartStatus::started, row.call, row.participants.front().participant};
}

JoinOutcome MemoryStorage::joinCall(const JoinChange& change) {
  const Lock lock(mutex_);
  CallRow* call = calls_.find(change.call);
  if (call == nullptr) return {};
  if (!call->call.active()) return {JoinStatus::ended, call->call, {}};

  ParticipantRow* row = call->find(change.user);
  if (row == nullptr) {
    if (calls_.find(change.participant) != nullptr) throw StorageError("a participant of that id exists");
    row = &calls_.add(*call, change.participant, change.user, change.now, change.heardBy);
    return {JoinStatus::joined, call->call, row->participant};
  }
  if (row->participant.kicked) return {JoinStatus::kicked, call->call, {}};
  if (!row->participant.leftAt) return {JoinStatus::alreadyIn, call->call, row->participant};
  calls_.putBack(*row, change.now, change.heardBy);
  return {JoinStatus::rejoined, call->call, row->participant};
}

void MemoryStorage::endEmpty(CallRow& row, EndReason reason, const std::vector<NewJob>& onEnd,
                             TimePoint now) {
  calls_.end(row, reason, std::nullopt, now);
  jobs_.addAll(onEnd, now);
}

LeaveOutcome MemoryStorage::leaveCall(const LeaveChange& change) {
  const Lock lock(mutex_);
  CallRow* call = calls_.find(change.call);
  if (call == nullptr) return {};

  ParticipantRow* row = call->find(change.user);
  const auto outcome = [&](LeaveStatus status, bool endedCall) {
    LeaveOutcome result{status, call->call, {}, endedCall};
    if (row != nullptr) result.participant = row->participant;
    return result;
  };
  if (!call->call.active()) return outcome(LeaveStatus::ended, false);
  if (call->findInCall(change.user) == nullptr) return outcome(LeaveStatus::notInCall, false);

  const bool last = call->inCall == 1;
  if (last) jobs_.requireNew(change.onEnd);
  calls_.takeOut(*row, change.now);
  if (last) endEmpty(*call, change.ifEmpty, change.onEnd, change.now);
  return outcome(LeaveStatus::left, last);
}

KickOutcome MemoryStorage::setKicked(const KickChange& change) {
  const Lock lock(mutex_);
  CallRow* call = calls_.find(change.call);
  if (call == nullptr) return {};
  if (!call->call.active()) return {KickStatus::ended, call->call, {}, false};
  if (call->findInCall(change.actor) == nullptr) return {KickStatus::actorNotInCall, call->call, {}, false};
  ParticipantRow* row = calls_.find(change.participant);
  if (row == nullptr || row->call != call) return {KickStatus::noParticipant, call->call, {}, false};
  if (row->participant.kicked == change.kicked) {
    return {KickStatus::unchanged, call->call, row->participant, false};
  }

  const bool takesOut = change.kicked && !row->participant.leftAt;
  const bool last = takesOut && call->inCall == 1;
  if (last) jobs_.requireNew(change.onEnd);
  calls_.setKicked(*row, change.kicked, change.now);
  if (takesOut) calls_.takeOut(*row, change.now);
  if (last) endEmpty(*call, EndReason::lastLeft, change.onEnd, change.now);
  return {KickStatus::changed, call->call, row->participant, last};
}

EndOutcome MemoryStorage::endCall(const EndChange& change) {
  const Lock lock(mutex_);
  CallRow* call = calls_.find(change.call);
  if (call == nullptr) return {};
  if (!call->call.active()) return {EndStatus::alreadyEnded, call->call, {}};
  if (change.mustBeIn && call->findInCall(*change.mustBeIn) == nullptr) {
    return {EndStatus::actorNotInCall, call->call, {}};
  }
  if (change.mustBeOut && call->find(*change.mustBeOut) != nullptr) {
    return {EndStatus::actorHasJoined, call->call, {}};
  }
  if (change.settles && jobs_.findClaimed(change.settles->job, change.settles->token) == nullptr) {
    return {EndStatus::lostJob, call->call, {}};
  }
  jobs_.requireNew(change.onEnd);

  std::vector<const ParticipantRow*> inCall;
  for (const ParticipantRow& row : call->participants) {
    if (!row.participant.leftAt) inCall.push_back(&row);
  }
  calls_.end(*call, change.reason, change.by, change.now);
  if (change.settles) jobs_.settle(*change.settles);
  jobs_.addAll(change.onEnd, change.now);

  EndOutcome result{EndStatus::ended, call->call, {}};
  for (const ParticipantRow* row : inCall) result.putOut.push_back(row->participant);
  return result;
}

SetupOutcome MemoryStorage::completeSetup(const SetupChange& change) {
  const Lock lock(mutex_);
  CallRow* call = calls_.find(change.call);
  if (call == nullptr) return {};
  const bool holds = jobs_.findClaimed(change.job, change.token) != nullptr;
  if (!holds && call->call.active()) return {SetupStatus::lost, call->call};

  // A room that comes after its teardown is as late as one whose claim was lost: only a new teardown gets rid
  // of it.
  if (!holds || call->call.teardownComplete) {
    jobs_.requireNew(change.ifLate);
    if (holds) jobs_.remove(change.job);
    call->call.roomMayExist = true;
    CallTable::changed(*call, change.now);
    jobs_.addAll(change.ifLate, change.now);
    return {SetupStatus::lateRoom, call->call};
  }

  call->call.room = change.room;
  call->call.setupComplete = true;
  call->call.roomMayExist = true;
  CallTable::changed(*call, change.now);
  jobs_.remove(change.job);
  return {SetupStatus::recorded, call->call};
}

TeardownOutcome MemoryStorage::completeTeardown(const TeardownChange& change) {
  const Lock lock(mutex_);
  CallRow* call = calls_.find(change.call);
  if (call == nullptr) return {};
  const bool unchanged = !change.revision || call->call.revision == *change.revision;
  if (!unchanged || call->call.active() || jobs_.findClaimed(change.job, change.token) == nullptr) {
    return {TeardownStatus::lost, call->call};
  }
  const bool again = call->call.teardownComplete;
  call->call.teardownComplete = true;
  call->call.roomMayExist = false;
  CallTable::changed(*call, change.now);
  jobs_.remove(change.job);
  return {again ? TeardownStatus::again : TeardownStatus::tornDown, call->call};
}

RenewOutcome MemoryStorage::renewRoom(const RenewChange& change) {
  const Lock lock(mutex_);
  CallRow* call = calls_.find(change.call);
  if (call == nullptr) return {};
  if (!call->call.active()) return {RenewStatus::ended, call->call};
  if (!call->call.setupComplete) return {RenewStatus::notSetUp, call->call};
  if (jobs_.waits(JobType::setupCall, change.call)) return {RenewStatus::waiting, call->call};
  jobs_.requireNew({change.setup});

  call->call.setupComplete = false;
  call->call.room.reset();
  CallTable::changed(*call, change.now);
  jobs_.add(change.setup, change.now);
  return {RenewStatus::renewed, call->call};
}

}  // namespace messenger::memory
