#pragma once

#include <exception>
#include <utility>
#include <vector>

#include "actions/context.hpp"
#include "messenger/errors.hpp"

namespace messenger::actions {

/// Untracks somebody who is not in the call. Does not throw, because a presence store that does not answer
/// must not make a committed verb fail; then no heartbeat is acknowledged from memory until the next report
/// has untracked them.
inline void untrackSafely(Context& context, const ParticipantKey& who) noexcept {
  try {
    context.presence.untrack(who);
  } catch (...) {
    context.window.revokeLease(context.clock.steady());
  }
}

/// Starts tracking a participant before the change commits that puts them in the call, so that a concurrent
/// kick always untracks last. Untracks them again when the change did not commit. After an error the outcome
/// is unknown: a participant who was tracked before stays tracked, because they may have been in the call and
/// sending heartbeats the whole time.
class PresenceGuard {
 public:
  PresenceGuard(Context& context, ParticipantKey who)
      : context_(context), who_(std::move(who)), errors_(std::uncaught_exceptions()) {
    seen_ = context_.clock.steady();
    try {
      wasTracked_ = context_.presence.touch(who_.call, who_.user, seen_);
      if (!wasTracked_) context_.presence.track(who_, seen_);
    } catch (...) {
      context_.window.restart(seen_);
      throw;
    }
  }

  ~PresenceGuard() {
    if (keep_ || (wasTracked_ && std::uncaught_exceptions() > errors_)) return;
    untrackSafely(context_, who_);
  }

  PresenceGuard(const PresenceGuard&) = delete;
  PresenceGuard& operator=(const PresenceGuard&) = delete;

  /// To be called when it is stored that the participant is in the call and was seen. False: the storage took
  /// so long that this has to be stored again (`PresenceWindow::covers`).
  [[nodiscard]] bool keep() noexcept {
    keep_ = true;
    const SteadyPoint now = context_.clock.steady();
    const SteadyPoint stored = std::exchange(seen_, now);
    if (now - stored <= PresenceWindow::promptly) return true;
    try {
      return context_.presence.touch(who_.call, who_.user, now) && context_.window.covers(stored, now);
    } catch (...) {
      context_.window.restart(now);
      return false;
    }
  }

  [[nodiscard]] const ParticipantKey& who() const noexcept { return who_; }

 private:
  Context& context_;
  ParticipantKey who_;
  int errors_;
  SteadyPoint seen_{};
  bool wasTracked_ = false;
  bool keep_ = false;
};

}  // namespace messenger::actions
