#pragma once

#include <optional>
#include <vector>

#include "actions/context.hpp"
#include "rules/decision.hpp"

namespace messenger::actions {

/// What a committed change is announced as: for each notice broadcasts first, then the event, as the
/// reference does. Reads the directory for the names and members it needs; what that throws becomes a
/// BroadcastFailed, as the change stands. The thread is looked up when it is not given.
[[nodiscard]] Effects notificationsOf(Context& context, const std::vector<rules::Notice>& notices,
                                      const CommitResult& committed, std::optional<Thread> thread);

}  // namespace messenger::actions
