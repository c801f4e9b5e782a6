#include "rules/call_rules.hpp"

#include <algorithm>

#include "rules/rings.hpp"

namespace messenger::inline v0::rules {
namespace {

void addRemoval(CallChange& change, const CallSession& session, const RuleConfig& config, Now now) {
  if (!config.removesSessions || !session.mediaId) return;
  NewJob job = jobFor(JobType::removeFromRoom, change.call, config, now);
  job.mediaId = session.mediaId;
  change.jobs.push_back(std::move(job));
}

/// The timers that a call may have. Where none are set, none are looked for.
std::vector<JobType> timersOf(const CallLimits& limits) {
  std::vector<JobType> timers;
  if (limits.duration.count() > 0) timers = {JobType::warnOfEnd, JobType::endOverdueCall};
  if (limits.alone.count() > 0) timers.push_back(JobType::endLoneCall);
  if (limits.emptyGrace.count() > 0) timers.push_back(JobType::endEmptyCall);
  return timers;
}

}  // namespace

Result<Access> accessOf(const std::optional<Membership>& membership) {
  if (!membership) return refuse(Reason::threadNotFound);
  if (!membership->member) return refuse(Reason::notMember);
  return Access{membership->thread, *membership->member, membership->other};
}

std::optional<Membership> membershipIn(const std::optional<Roster>& roster, const UserId& user) {
  if (!roster) return std::nullopt;
  Membership membership{roster->thread};
  for (const ThreadMember& each : roster->members) {
    if (each.user == user) {
      membership.member = each;
    } else if (roster->thread.isPrivate()) {
      membership.other = each;
    }
  }
  if (!membership.member) return std::nullopt;
  return membership;
}

std::optional<Reason> whyNotInCall(const CallState& state, const UserId& user) {
  if (!state.call.active()) return Reason::callEnded;
  const CallParticipant* row = state.find(user);
  if (row != nullptr && row->kicked) return Reason::kicked;
  if (row == nullptr || !row->inCall()) return Reason::notInCall;
  return std::nullopt;
}

std::optional<Refusal> whyNotType(const UserId& user) {
  if (UserId::isType(user.type)) return std::nullopt;
  return Refusal{Reason::invalidInput, "user.type must be 1 to " + std::to_string(UserId::maxType) +
                                           " of A-Z a-z 0-9 _ -, and not the word thread or call."};
}

std::optional<Refusal> whyNotDevice(const DeviceId& device) {
  if (device.empty() || isDevice(device.value())) return std::nullopt;
  return Refusal{Reason::invalidInput,
                 "device must be 1 to " + std::to_string(longestDevice) + " visible ASCII characters."};
}

CallSession openSession(const CallParticipant& row, const DeviceId& device,
                        const std::optional<Secret>& mediaId, Now now) {
  CallSession session;
  session.participant = row.id;
  session.user = row.user;
  session.device = device;
  session.mediaId = mediaId;
  session.openedAt = now.wall;
  session.lastSeen = now.storage;
  return session;
}

std::size_t countOpen(const CallState& state, const UserId& user) {
  return static_cast<std::size_t>(
      std::count_if(state.sessions.begin(), state.sessions.end(),
                    [&](const CallSession& each) { return each.user == user && each.open(); }));
}

bool isOwnerOrAdmin(const CallState& state, const Access& access) {
  return state.call.owner == access.member.user || (access.thread.isGroup() && access.member.admin);
}

CallChange changeOf(const CallState& state, Now now) {
  CallChange change;
  change.call = state.call.id;
  change.expectedRevision = state.call.revision;
  change.now = now.storage;
  return change;
}

CallWithRoom updatedRow(const CallState& state, Now now) {
  CallWithRoom row = state.call;
  row.updatedAt = notBefore(row.createdAt, now.wall);
  return row;
}

NewJob jobFor(JobType type, const CallId& call, const RuleConfig& config, Now now) {
  NewJob job;
  job.type = type;
  job.queue = config.queue;
  job.call = call;
  job.createdAt = now.wall;
  job.availableAt = now.storage;
  return job;
}

NewJob timerFor(JobType type, const CallId& call, Duration after, const RuleConfig& config, Now now) {
  NewJob timer = jobFor(type, call, config, now);
  timer.availableAt = saturatingAdd(now.storage, after);
  return timer;
}

void addEnd(Decision& decision, const CallState& state, const EndOfCall& end, const RuleConfig& config,
            Now now) {
  CallChange& change = decision.change.value();
  CallWithRoom row = updatedRow(state, now);
  row.endedAt = row.updatedAt;
  row.endReason = end.reason;
  row.endedBy = end.by;
  change.everyoneLeaves = row.endedAt;
  change.row = std::move(row);
  change.cancels = timersOf(state.call.limits);
  addRingStops(decision, state, end.reason, now);
  if (config.roomJobs) change.jobs.push_back(jobFor(JobType::teardownCall, state.call.id, config, now));
  decision.notices.emplace_back(notice::Ended{end.removed});
}

void addOneLess(Decision& decision, const CallState& state, const EndOfCall& ifEmpty,
                const RuleConfig& config, Now now) {
  const CallLimits& limits = state.call.limits;
  CallChange& change = decision.change.value();
  const auto startTimer = [&](JobType type, Duration after) {
    change.jobs.push_back(timerFor(type, state.call.id, after, config, now));
  };
  const bool empties = state.inCall == 1;
  if (empties && limits.emptyGrace.count() == 0) return addEnd(decision, state, ifEmpty, config, now);
  if (state.inCall > 2) return;
  if (limits.alone.count() > 0)
    change.cancels.push_back(JobType::endLoneCall);  // also of an earlier time alone
  if (empties) {
    startTimer(JobType::endEmptyCall, limits.emptyGrace);
  } else if (limits.alone.count() > 0) {
    startTimer(JobType::endLoneCall, limits.alone);
  }
}

Decision takeOut(const CallState& state, const CallParticipant& row, const DeviceId& device,
                 const EndOfCall& ifEmpty, const RuleConfig& config, Now now) {
  CallParticipant out = row;
  out.updatedAt = notBefore(row.createdAt, now.wall);
  out.leftAt = out.updatedAt;
  Decision decision;
  decision.change = changeOf(state, now);
  decision.change->participants.push_back(std::move(out));
  notice::Left left{row.id, device};
  const bool empties = state.inCall == 1 && state.call.limits.emptyGrace.count() > 0;
  if (empties) left.endsAt = saturatingAdd(now.wall, Duration{state.call.limits.emptyGrace});
  decision.notices.emplace_back(std::move(left));
  addOneLess(decision, state, ifEmpty, config, now);
  addRemovals(decision, state, row.user, config, now);
  return decision;
}

void addRemovals(Decision& decision, const CallState& state, const UserId& user, const RuleConfig& config,
                 Now now) {
  CallChange& change = decision.change.value();
  if (change.everyoneLeaves) return;
  for (const CallSession& each : state.sessions) {
    if (each.user == user && each.open()) addRemoval(change, each, config, now);
  }
}

void addClosing(Decision& decision, const CallSession& session, DeviceLeft::Why why, const RuleConfig& config,
                Now now) {
  addRemoval(*decision.change, session, config, now);
  CallSession closed = session;
  closed.closedAt = notBefore(session.openedAt, now.wall);
  decision.change->sessions.push_back(std::move(closed));
  decision.notices.emplace_back(notice::DeviceLeft{session.participant, session.device, why});
}

Decision closeSession(const CallState& state, const CallSession& session, DeviceLeft::Why why,
                      const EndOfCall& ifEmpty, const RuleConfig& config, Now now) {
  const CallParticipant& row = *state.find(session.participant);
  if (countOpen(state, session.user) == 1) return takeOut(state, row, session.device, ifEmpty, config, now);
  Decision decision;
  decision.change = changeOf(state, now);
  CallParticipant stays = row;
  stays.updatedAt = notBefore(row.createdAt, now.wall);
  decision.change->participants.push_back(std::move(stays));
  addClosing(decision, session, why, config, now);
  return decision;
}

}  // namespace messenger::rules
