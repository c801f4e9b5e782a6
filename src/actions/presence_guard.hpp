#pragma once

#include <exception>
#include <utility>
#include <vector>

#include "actions/context.hpp"
#include "messenger/errors.hpp"

namespace messenger::actions {

/// Tracks somebody before the change that puts them in the call commits, and untracks them again unless it
/// did. Before, so that a concurrent kick always untracks last. After an error nothing is known: whoever was
/// tracked before stays tracked, as they may have been in the call, and sending heartbeats, all along.
class PresenceGuard {
 public:
  PresenceGuard(Context& context, ParticipantKey who)
      : context_(context), who_(std::move(who)), errors_(std::uncaught_exceptions()) {
    const SteadyPoint now = context_.clock.steady();
    try {
      wasTracked_ = context_.presence.touch(who_.call, who_.user, now);
      if (!wasTracked_) context_.presence.track(who_, now);
    } catch (...) {
      context_.window.restart(now);
      throw;
    }
  }

  ~PresenceGuard() {
    if (keep_ || (wasTracked_ && std::uncaught_exceptions() > errors_)) return;
    try {
      context_.presence.untrack(who_);
    } catch (...) {  // NOLINT(bugprone-empty-catch): the store is down; the next check evicts whom it tracks
    }
  }

  PresenceGuard(const PresenceGuard&) = delete;
  PresenceGuard& operator=(const PresenceGuard&) = delete;

  /// They are in the call.
  void keep() noexcept { keep_ = true; }

 private:
  Context& context_;
  ParticipantKey who_;
  int errors_;
  bool wasTracked_ = false;
  bool keep_ = false;
};

/// Somebody is out of the call, by a change that is committed: a presence store that does not answer must not
/// undo that.
inline void untrackSafely(Context& context, const ParticipantKey& who) noexcept {
  try {
    context.presence.untrack(who);
  } catch (...) {  // NOLINT(bugprone-empty-catch): see above
  }
}

}  // namespace messenger::actions
