#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "messenger/adapters/janus/video_room.hpp"
#include "messenger/model/ids.hpp"

namespace messenger::janus {

/// HMAC-SHA-256 of purpose and text under the key, as 64 hexadecimal digits.
[[nodiscard]] std::string derive(const Secret& key, std::string_view purpose, std::string_view text);

[[nodiscard]] Secret roomPinOf(const CallId& call, const Secret& roomKey);

/// The description of a call's room. It names the call, and only someone with the key can make it.
[[nodiscard]] std::string markOf(const CallId& call, const Secret& roomKey);

/// The call that a description marks under this key, if it does.
[[nodiscard]] std::optional<CallId> callOfMark(std::string_view description, const Secret& roomKey);

}  // namespace messenger::janus
