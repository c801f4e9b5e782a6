#pragma once

#include <optional>
#include <vector>

#include "actions/context.hpp"
#include "rules/decision.hpp"

namespace messenger::actions {

/// The broadcasts and events for the notices of a committed change: for each notice the broadcasts first,
/// then the event, as in the Laravel package. Reads names and members from the directory; if that throws, the
/// broadcast becomes a BroadcastFailed, because the change is committed. Looks up the thread when it is not
/// given.
[[nodiscard]] Effects notificationsOf(Context& context, const std::vector<rules::Notice>& notices,
                                      const CommitResult& committed, std::optional<Thread> thread);

}  // namespace messenger::actions
