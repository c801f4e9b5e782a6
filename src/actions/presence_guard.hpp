#pragma once

#include <cstdint>
#include <exception>
#include <utility>
#include <vector>

#include "actions/context.hpp"
#include "messenger/errors.hpp"

namespace messenger::inline v0::actions {

/// Untracks a session that is not open as of this revision. Does not throw, because a presence store
/// that does not answer must not make a committed verb fail; then no heartbeat is acknowledged from memory
/// until the next report has untracked them.
inline void untrackSafely(Context& context, const SessionKey& who, std::int64_t revision) noexcept {
  try {
    context.presence.untrack(who, revision);
  } catch (...) {
    context.window.revokeLease(context.clock.steady());
  }
}

/// Tracks a session, as of a revision of the call, before it is known whether it is open as of then: a change
/// at a later revision that closes it untracks it, whenever it comes to it. Confirms that when told to keep
/// it, and else untracks it again. That may forget a heartbeat which was acknowledged meanwhile, because
/// another verb put them in. The verb then starts over, and finds them in the call; after an error everyone
/// gets a TTL of grace.
class PresenceGuard {
 public:
  PresenceGuard(Context& context, SessionKey who, std::int64_t revision)
      : context_(context),
        who_(std::move(who)),
        revision_(revision),
        errors_(std::uncaught_exceptions()),
        stored_(context.clock.steady()),
        asked_(stored_) {
    try {
      context_.presence.track(who_, revision_, stored_);
    } catch (...) {
      context_.window.restart(stored_);
      throw;
    }
  }

  ~PresenceGuard() {
    if (keep_) return;
    untrackSafely(context_, who_, revision_);
    if (std::uncaught_exceptions() > errors_) context_.window.restart(context_.clock.steady());
  }

  PresenceGuard(const PresenceGuard&) = delete;
  PresenceGuard& operator=(const PresenceGuard&) = delete;

  /// To be called when it is stored that the participant is in the call and was seen. False: the storage took
  /// so long that this has to be stored again (`PresenceWindow::covers`); then `stored` is to be called.
  [[nodiscard]] bool keep() noexcept {
    if (!std::exchange(keep_, true)) confirm();
    asked_ = context_.clock.steady();
    if (asked_ - stored_ <= PresenceWindow::promptly) return true;
    try {
      const bool covered = context_.presence.touch(who_.call, who_.user, who_.device, asked_) &&
                           context_.window.covers(stored_, asked_);
      if (covered) stored();
      return covered;
    } catch (...) {
      context_.window.restart(asked_);
      return false;
    }
  }

  /// They are stored as seen after `keep` was asked.
  void stored() noexcept { stored_ = asked_; }

  [[nodiscard]] const SessionKey& who() const noexcept { return who_; }

 private:
  void confirm() noexcept {
    try {
      context_.presence.confirm(who_, revision_);
    } catch (...) {
      // Then the next heartbeat is one that presence does not know, and asks the storage.
    }
  }

  Context& context_;
  SessionKey who_;
  std::int64_t revision_;
  int errors_;
  SteadyPoint stored_;  ///< they are stored as seen then or later
  SteadyPoint asked_;
  bool keep_ = false;
};

}  // namespace messenger::actions
