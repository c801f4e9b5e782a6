#include "actions/call_policy.hpp"

#include <algorithm>

namespace messenger::actions {

bool isOwnerOrAdmin(const Caller& caller) {
  return caller.seen.call.owner == caller.member.user || (caller.thread.isGroup() && caller.member.admin);
}

std::optional<Reason> whyNotStart(const Config& config, bool callsDown, const Thread& thread,
                                  const ThreadMember& member, const std::vector<ThreadMember>& all) {
  if (!config.calling.enabled) return Reason::callingDisabled;
  if (callsDown) return Reason::callsDown;
  if (!thread.calling) return Reason::threadCallingDisabled;
  if (thread.locked) return Reason::threadLocked;
  if (thread.isPrivate()) {
    const bool pending = std::any_of(all.begin(), all.end(), [](const ThreadMember& m) { return m.pending; });
    return pending ? std::optional{Reason::threadPending} : std::nullopt;
  }
  return member.admin || member.startCalls ? std::nullopt : std::optional{Reason::mayNotStart};
}

std::optional<Reason> whyNotJoin(const Caller& caller) {
  if (!caller.seen.call.active()) return Reason::callEnded;
  if (caller.seen.viewer && caller.seen.viewer->kicked) return Reason::kicked;
  return std::nullopt;
}

std::optional<Reason> whyNotInCall(const CallSnapshot& seen) {
  if (!seen.call.active()) return Reason::callEnded;
  if (seen.viewer && seen.viewer->kicked) return Reason::kicked;
  if (!seen.viewer || !seen.viewer->inCall()) return Reason::notInCall;
  return std::nullopt;
}

std::optional<Reason> whyNotEnd(const Caller& caller) {
  if (const auto why = whyNotInCall(caller.seen)) return why;
  if (caller.thread.isPrivate() || isOwnerOrAdmin(caller)) return std::nullopt;
  return Reason::notOwnerOrAdmin;
}

std::optional<Reason> whyNotIgnore(const Caller& caller) {
  if (!caller.seen.call.active()) return Reason::callEnded;
  return caller.seen.viewer ? std::optional{Reason::alreadyJoined} : std::nullopt;
}

std::optional<Reason> whyNotKick(const Caller& caller) {
  if (!caller.thread.isGroup()) return Reason::notGroup;
  if (const auto why = whyNotInCall(caller.seen)) return why;
  return isOwnerOrAdmin(caller) ? std::nullopt : std::optional{Reason::notOwnerOrAdmin};
}

}  // namespace messenger::actions
