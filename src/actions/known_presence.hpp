#pragma once

#include <exception>
#include <utility>

#include "actions/context.hpp"
#include "messenger/errors.hpp"

namespace messenger::actions {

/// Makes somebody known to the presence before the change that puts them in the call commits, and forgets
/// them again unless it did. Before, and not after: a kick that follows at once then finds them known, and
/// its forgetting is the last word. An error tells nothing: whoever was known before it stays known, for they
/// may have been in the call, and beating, all along.
class KnownPresence {
 public:
  KnownPresence(Context& context, InCallKey who, Moment now)
      : context_(context), who_(std::move(who)), errors_(std::uncaught_exceptions()) {
    try {
      wasKnown_ = context_.presence.touch(who_.call, who_.user, now);
      if (!wasKnown_) context_.presence.admit(who_, now);
    } catch (const PresenceError&) {
      context_.listening.restart(now);
      throw;
    }
  }

  ~KnownPresence() {
    if (keep_ || (wasKnown_ && std::uncaught_exceptions() > errors_)) return;
    try {
      context_.presence.forget(who_);
    } catch (...) {  // NOLINT(bugprone-empty-catch): the store is down; a stranger it knows is put out by the
                     // next check
    }
  }

  KnownPresence(const KnownPresence&) = delete;
  KnownPresence& operator=(const KnownPresence&) = delete;

  /// They are in the call.
  void keep() noexcept { keep_ = true; }

 private:
  Context& context_;
  InCallKey who_;
  int errors_;
  bool wasKnown_ = false;
  bool keep_ = false;
};

/// Somebody is out of the call, by a change that is committed: a presence store that does not answer must not
/// undo that.
inline void forgetSafely(Context& context, const InCallKey& who) noexcept {
  try {
    context.presence.forget(who);
  } catch (...) {  // NOLINT(bugprone-empty-catch): see above
  }
}

}  // namespace messenger::actions
