#pragma once

#include <messenger/messenger.hpp>

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

/// Sends the events of threads and calls to their channels, and revokes the channel of a call from users who
/// are out of it. Must not outlive the hub.
[[nodiscard]] std::vector<messenger::Subscription> announceCalls(messenger::Messenger& messenger, Hub& hub);

}  // namespace call_server
