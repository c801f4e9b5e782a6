#pragma once

#include <messenger/messenger.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hub.hpp"

namespace call_server {

/// Why a user may not listen to a channel, as the messenger names reasons; nothing: they may. Blocks as
/// storage does.
[[nodiscard]] std::optional<std::string> refusalOf(const messenger::Messenger& messenger,
                                                   const std::string& user, std::string_view channel);

/// Tells the channels of threads and calls what happens in them, and takes a call's channel from who is out
/// of it. Lives no longer than the hub.
[[nodiscard]] std::vector<messenger::Subscription> announceCalls(messenger::Messenger& messenger, Hub& hub);

}  // namespace call_server
