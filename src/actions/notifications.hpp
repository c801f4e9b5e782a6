#pragma once

#include <optional>
#include <vector>

#include "actions/context.hpp"
#include "rules/decision.hpp"

namespace messenger::inline v0::actions {

/// What is known of a call's thread when something is announced to it.
struct Audience {
  std::optional<Thread> thread{};
  std::optional<std::vector<ThreadMember>> members{};
};

/// What the commit is to answer so that these notices need nothing more.
[[nodiscard]] CallChange::ThreadAnswer missingFor(const std::vector<rules::Notice>& notices,
                                                  const Audience& known);

/// What a committed change is announced as: for each notice broadcasts first, then the event, as the
/// reference does. What is not known of the audience is read from the directory; what that throws becomes a
/// BroadcastFailed, as the change stands.
[[nodiscard]] Effects notificationsOf(Context& context, const std::vector<rules::Notice>& notices,
                                      const CommitResult& committed, Audience audience);

}  // namespace messenger::actions
