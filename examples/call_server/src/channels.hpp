#pragma once

#include <messenger/messenger.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hub.hpp"

namespace call_server {

/// Why a user may not subscribe to a channel, as the name of a Reason; empty: they may. Blocks as the storage
/// does.
[[nodiscard]] std::optional<std::string> refusalOf(const messenger::Messenger& messenger,
                                                   const std::string& user, std::string_view channel);

/// Looks at the right to each subscription again, and revokes those that are lost: another process, or the
/// host's own tables, may have removed a user without an event here. Ends early when `stops` says so. Returns
/// how many could not be looked at; they stay. Blocks as the storage does; throws
/// messenger::StorageUnavailable when it does not answer, so as not to wait for it again and again.
std::size_t revokeLostRights(const messenger::Messenger& messenger, Hub& hub,
                             const std::function<bool()>& stops);

/// Sends the events of threads and calls to their channels, and revokes a channel from users who are out of
/// its call or its thread. Must not outlive `channels`.
[[nodiscard]] std::vector<messenger::Subscription> announceCalls(messenger::Messenger& messenger,
                                                                 Channels& channels);

}  // namespace call_server
