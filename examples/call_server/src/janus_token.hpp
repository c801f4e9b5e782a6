#pragma once

#include <messenger/model/room.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace call_server {

/// A signed token as Janus checks it (`token_auth_secret`): it allows what the descriptors name, in that
/// realm, until `expiry` (seconds of Unix time). For the server itself the realm is `janus` and the
/// descriptors are plugins; the realm of a plugin is its name; for VideoRoom the descriptor is `room=<id>`.
[[nodiscard]] std::string janusToken(const messenger::Secret& key, std::int64_t expiry,
                                     std::string_view realm, const std::vector<std::string>& descriptors);

inline constexpr std::string_view videoRoomPlugin = "janus.plugin.videoroom";

}  // namespace call_server
