#pragma once

#include <exception>
#include <utility>
#include <vector>

#include "actions/context.hpp"
#include "messenger/errors.hpp"

namespace messenger::actions {

/// Starts tracking a participant before the change commits that puts them in the call, so that a concurrent
/// kick always untracks last. Untracks them again when the change did not commit. After an error the outcome
/// is unknown: a participant who was tracked before stays tracked, because they may have been in the call and
/// sending heartbeats the whole time.
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

  /// To be called when the participant is in the call.
  void keep() noexcept { keep_ = true; }

 private:
  Context& context_;
  ParticipantKey who_;
  int errors_;
  bool wasTracked_ = false;
  bool keep_ = false;
};

/// Untracks a participant after the commit that took them out of the call. Does not throw, because a presence
/// store that does not answer must not make a committed verb fail.
inline void untrackSafely(Context& context, const ParticipantKey& who) noexcept {
  try {
    context.presence.untrack(who);
  } catch (...) {  // NOLINT(bugprone-empty-catch): see above
  }
}

}  // namespace messenger::actions
