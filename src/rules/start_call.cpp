#include "rules/start_call.hpp"

#include <algorithm>

#include "rules/rings.hpp"
#include "support/text.hpp"

namespace messenger::inline v0::rules {
namespace {

/// A side of the private thread has not accepted it yet.
bool isPending(const Access& access) {
  return access.member.pending || (access.other && access.other->pending);
}

/// The field of the options that cannot be used: invalidInput.
std::optional<Refusal> whyNotOptions(const StartOptions& options) {
  if (auto why = whyNotDevice(options.device)) return why;
  const auto invalid = [](std::string detail) { return Refusal{Reason::invalidInput, std::move(detail)}; };
  if (options.type != CallType::video && options.type != CallType::audio)
    return invalid("type must be video or audio.");
  if (options.limits) {
    if (const auto why = options.limits->whyNot("limits.")) return invalid(*why + ".");
  }
  const std::string& data = options.data;
  if (data.size() > StartOptions::longestData || !support::isUtf8(data) ||
      data.find('\0') != std::string::npos)
    return invalid("data must be UTF-8 without NUL, at most " + std::to_string(StartOptions::longestData) +
                   " bytes.");
  return std::nullopt;
}

void addTimers(CallChange& change, const CallLimits& limits, const RuleConfig& config, Now now) {
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

/// The members whom `incoming.call` goes to, by what is done about them.
struct Callees {
  std::vector<UserId> rung{};
  std::vector<UserId> busy{};
};

/// Nobody, when there are too many to ring.
Callees calleesOf(const Access& access, const RuleConfig& config) {
  Callees callees;
  if (!config.ringing.enabled) return callees;
  const bool ringsBusy = config.ringing.whenBusy == Config::Ringing::WhenBusy::ring;
  for (const ThreadMember& each : access.members) {
    if (each.user == access.member.user || each.notificationsMuted || whyNotType(each.user)) continue;
    const bool isBusy =
        !ringsBusy && std::find(access.busy.begin(), access.busy.end(), each.user) != access.busy.end();
    (isBusy ? callees.busy : callees.rung).push_back(each.user);
  }
  if (callees.rung.size() + callees.busy.size() > config.ringing.maxCallees) return {};
  return callees;
}

void addRings(Decision& decision, const Access& access, Callees callees, const RuleConfig& config, Now now) {
  CallChange& change = decision.change.value();
  for (const UserId& each : callees.rung) change.rings.push_back(ringFor(each, config, now));
  for (const UserId& each : callees.busy) {
    CallRing& ring = change.rings.emplace_back(ringFor(each, config, now));
    ring.state = RingState::busy;
    ring.until.reset();
  }
  if (!callees.rung.empty()) {
    if (config.ringing.noAnswerAfter.count() > 0) change.jobs.push_back(ringTimer(change.call, config, now));
    decision.notices.emplace_back(notice::Ringing{access.member, std::move(callees.rung), /*again=*/false});
  }
  if (!callees.busy.empty())
    decision.notices.emplace_back(notice::Missed{std::move(callees.busy), RingState::busy});
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
  if (auto why = whyNotOptions(command.options)) return refused(std::move(*why));
  Callees callees = calleesOf(access, config);
  const bool refusesBusy = config.ringing.whenBusy == Config::Ringing::WhenBusy::refuse;
  if (refusesBusy && access.thread.isPrivate() && !callees.busy.empty()) return refused(Reason::calleeBusy);

  CallWithRoom call;
  call.id = command.call;
  call.threadId = access.thread.id;
  call.owner = access.member.user;
  call.type = command.options.type;
  call.limits = command.options.limits.value_or(config.limits);
  call.data = command.options.data;
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
  const CallLimits limits = call.limits;
  change.row = std::move(call);
  change.sessions = {openSession(starter, command.options.device, command.mediaId, now)};
  change.participants = {std::move(starter)};
  if (config.roomJobs) change.jobs = {jobFor(JobType::setupCall, command.call, config, now)};
  addTimers(change, limits, config, now);
  change.now = now.storage;

  Decision decision;
  decision.change = std::move(change);
  decision.notices = {notice::Started{access.member, callees.busy}};
  addRings(decision, access, std::move(callees), config, now);
  return decision;
}

}  // namespace messenger::rules
