#pragma once

#include <optional>
#include <vector>

#include "messenger/config.hpp"
#include "messenger/model/call_participant.hpp"
#include "messenger/model/thread.hpp"
#include "messenger/result.hpp"

namespace messenger::actions {

/// A user and the call they want something of, after the checks that all verbs share.
struct Caller {
  Thread thread;
  ThreadMember member;
  CallSnapshot seen;
};

// Who may do what: the table of the design, and nothing else. Each returns why not, or nothing. What a
// storage operation guards by itself is checked here too, so that a refusal costs no write.

/// `others` are the thread's members; needed for private threads only.
[[nodiscard]] std::optional<Reason> whyNotStart(const Config& config, bool callsDown, const Thread& thread,
                                                const ThreadMember& member,
                                                const std::vector<ThreadMember>& all);
[[nodiscard]] std::optional<Reason> whyNotJoin(const Caller& caller);
/// For leave and heartbeat.
[[nodiscard]] std::optional<Reason> whyNotInCall(const CallSnapshot& seen);
[[nodiscard]] std::optional<Reason> whyNotEnd(const Caller& caller);
[[nodiscard]] std::optional<Reason> whyNotIgnore(const Caller& caller);
[[nodiscard]] std::optional<Reason> whyNotKick(const Caller& caller);

/// Owner of the call, or admin of the thread.
[[nodiscard]] bool isOwnerOrAdmin(const Caller& caller);

}  // namespace messenger::actions
