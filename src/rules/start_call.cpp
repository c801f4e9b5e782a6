#include "rules/start_call.hpp"

#include "rules/call_rules.hpp"

namespace messenger::rules {
namespace {

/// A side of the private thread has not accepted it yet.
bool isPending(const Access& access) {
  return access.member.pending || (access.other && access.other->pending);
}

void addTimers(CallChange& change, const RuleConfig& config, Now now) {
  const Config::Limits& limits = config.limits;
  const auto add = [&](JobType type, Duration after) {
    change.jobs.push_back(timerFor(type, change.call, after, config, now));
  };
  if (limits.duration.count() > 0) {
    if (limits.warning.count() > 0 && limits.warning < limits.duration) {
      add(JobType::warnOfEnd, limits.duration - limits.warning);
    }
    add(JobType::endOverdueCall, limits.duration);
  }
  if (limits.alone.count() > 0) add(JobType::endLoneCall, limits.alone);
}

std::optional<Reason> whyNot(const CallStore::Loaded& loaded, const Access& access, const RuleConfig& config,
                             Now now) {
  if (!config.callingEnabled) return Reason::callingDisabled;
  if (loaded.callsDownUntil && now.storage < *loaded.callsDownUntil) return Reason::callsDown;
  if (!access.thread.calling) return Reason::threadCallingDisabled;
  if (access.thread.locked) return Reason::threadLocked;
  if (access.thread.isPrivate() && isPending(access)) return Reason::threadPending;
  const bool mayStart = access.thread.isPrivate() || access.member.admin || access.member.startCalls;
  if (!mayStart) return Reason::mayNotStart;
  if (loaded.call && loaded.call->call.active()) return Reason::callAlreadyActive;
  return std::nullopt;
}

}  // namespace

Decision startCall(const StartCall& command, const CallStore::Loaded& loaded, const Access& access,
                   const RuleConfig& config, Now now) {
  if (const auto why = whyNot(loaded, access, config, now)) return refused(*why);
  if (auto why = whyNotType(access.member.user)) return refused(std::move(*why));
  if (auto why = whyNotDevice(command.device)) return refused(std::move(*why));

  CallWithRoom call;
  call.id = command.call;
  call.threadId = access.thread.id;
  call.owner = access.member.user;
  call.createdAt = now.wall;
  call.updatedAt = now.wall;

  CallParticipant starter;
  starter.id = command.participant;
  starter.callId = command.call;
  starter.user = access.member.user;
  starter.createdAt = now.wall;
  starter.updatedAt = now.wall;

  CallChange change;
  change.call = command.call;
  change.threadRevision = loaded.threadRevision;
  change.unlessCallsDown = true;
  change.row = std::move(call);
  change.sessions = {openSession(starter, command.device, now)};
  change.participants = {std::move(starter)};
  if (config.roomJobs) change.jobs = {jobFor(JobType::setupCall, command.call, config, now)};
  addTimers(change, config, now);
  change.now = now.storage;

  Decision decision;
  decision.change = std::move(change);
  decision.notices = {notice::Started{access.member}};
  return decision;
}

}  // namespace messenger::rules
