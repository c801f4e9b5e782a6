#pragma once

#include <utility>

#include "actions/context.hpp"
#include "messenger/errors.hpp"

namespace messenger::actions {

/// Makes somebody known to the presence before the change that puts them in the call commits, and forgets
/// them again unless it did. Before, and not after: a kick that follows at once then finds them known, and
/// its forgetting is the last word.
class KnownPresence {
 public:
  KnownPresence(Context& context, InCallKey who, Moment now) : context_(context), who_(std::move(who)) {
    try {
      context_.presence.admit(who_, now);
    } catch (const PresenceError&) {
      context_.listening.restart(now);
      throw;
    }
  }

  ~KnownPresence() {
    if (keep_) return;
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
