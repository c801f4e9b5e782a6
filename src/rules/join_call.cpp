#include "rules/join_call.hpp"

#include "rules/rings.hpp"

namespace messenger::inline v0::rules {
namespace {

bool isFull(const CallState& state) {
  const std::size_t most = state.call.limits.participants;
  return most > 0 && state.inCall >= most;
}

/// The row that a session of another device takes the place of, if there are as many as are kept.
std::optional<std::pair<ParticipantId, DeviceId>> forgotten(const CallState& state, const UserId& user,
                                                            const DeviceId& device) {
  if (state.sessions.size() < sessionsKept || state.find(user, device) != nullptr) return std::nullopt;
  const CallSession* oldest = nullptr;
  for (const CallSession& each : state.sessions) {
    if (!each.open() && (oldest == nullptr || *each.closedAt < *oldest->closedAt)) oldest = &each;
  }
  if (oldest == nullptr) return std::nullopt;
  return std::pair{oldest->participant, oldest->device};
}

/// A further device of a participant who is in the call.
Decision joinAsWell(const JoinCall& command, const CallState& state, const CallParticipant& known,
                    const RuleConfig& config, Now now) {
  const DeviceId& device = command.device;
  Decision decision;
  const bool replaces = config.sessions.newDeviceReplaces;
  if (!replaces && countOpen(state, known.user) >= config.sessions.mostPerUser)
    return refused(Reason::tooManyDevices);
  decision.change = changeOf(state, now);
  CallParticipant row = known;
  row.updatedAt = notBefore(row.createdAt, now.wall);
  decision.notices = {notice::DeviceJoined{row.id, device}};
  for (const CallSession& each : state.sessions) {
    if (replaces && each.open()) addClosing(decision, each, DeviceLeft::Why::replaced, config, now);
  }
  decision.change->sessions.push_back(openSession(row, device, command.mediaId, now));
  decision.change->participants.push_back(std::move(row));
  return decision;
}

/// Who was alone is so no more; who comes back to an empty call is.
void addTimersOfEntry(CallChange& change, const CallState& state, const RuleConfig& config, Now now) {
  const CallLimits& limits = state.call.limits;
  const bool wasEmpty = state.inCall == 0;
  if (limits.alone.count() > 0) {
    change.cancels.push_back(JobType::endLoneCall);
    if (wasEmpty)
      change.jobs.push_back(timerFor(JobType::endLoneCall, state.call.id, limits.alone, config, now));
  }
  if (wasEmpty && limits.emptyGrace.count() > 0) change.cancels.push_back(JobType::endEmptyCall);
}

/// Who comes in has answered. Who missed the call before has seen it by that.
void addAnswer(Decision& decision, const CallState& state, const UserId& user, const DeviceId& device,
               Now now) {
  addRingStop(decision, state, user, RingState::answered, RingStop::answered, device, now);
  const CallRing* ring = state.findRing(user);
  if (ring == nullptr || !ring->isMissed() || ring->seen) return;
  decision.change->rings.push_back(*ring);
  decision.change->rings.back().seen = true;
}

/// A member who is not in the call comes in.
Decision comeIn(const JoinCall& command, const CallState& state, const CallParticipant* known,
                const UserId& user, const RuleConfig& config, Now now) {
  CallParticipant row;
  if (known != nullptr) {
    row = *known;
    row.leftAt.reset();
    row.updatedAt = notBefore(row.createdAt, now.wall);
  } else {
    row.id = command.participant;
    row.callId = state.call.id;
    row.user = user;
    row.createdAt = now.wall;
    row.updatedAt = now.wall;
  }
  Decision decision;
  decision.notices = {notice::Joined{row.id, command.device}};
  decision.change = changeOf(state, now);
  addTimersOfEntry(*decision.change, state, config, now);
  addAnswer(decision, state, user, command.device, now);
  decision.change->sessions.push_back(openSession(row, command.device, command.mediaId, now));
  decision.change->participants.push_back(std::move(row));
  return decision;
}

}  // namespace

Decision joinCall(const JoinCall& command, const CallStore::Loaded& loaded, const Access& access,
                  const RuleConfig& config, Now now) {
  const CallState& state = loaded.call.value();
  const UserId& user = access.member.user;
  if (!state.call.active()) return refused(Reason::callEnded);
  const CallParticipant* known = state.find(user);
  if (known != nullptr && known->kicked) return refused(Reason::kicked);

  if (auto why = whyNotDevice(command.device)) return refused(std::move(*why));

  const bool isIn = known != nullptr && known->inCall();
  const CallSession* session = state.find(user, command.device);
  if (isIn && session != nullptr && session->open()) {
    Decision decision;
    decision.seen = SessionKey{state.call.id, user, command.device};
    return decision;
  }
  if (!isIn && isFull(state)) return refused(Reason::callFull);
  if (auto why = whyNotType(user)) return refused(std::move(*why));
  Decision decision = isIn ? joinAsWell(command, state, *known, config, now)
                           : comeIn(command, state, known, user, config, now);
  if (!decision.change) return decision;
  decision.change->threadRevision = loaded.threadRevision;
  decision.change->forgets = forgotten(state, user, command.device);
  return decision;
}

}  // namespace messenger::rules
