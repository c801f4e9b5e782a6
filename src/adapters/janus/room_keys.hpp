#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "messenger/adapters/janus/video_room.hpp"
#include "messenger/model/ids.hpp"

namespace messenger::inline v0::janus {

/// HMAC-SHA-256 of purpose and text under the key, as 64 hexadecimal digits.
[[nodiscard]] std::string derive(const Secret& key, std::string_view purpose, std::string_view text);

[[nodiscard]] Secret roomPinOf(const CallId& call, const Secret& roomKey);

/// What names a session in its tokens. It tells nothing of the media id.
[[nodiscard]] std::string sessionTagOf(const Secret& mediaId, const Secret& roomKey);

/// A token that was never given before.
[[nodiscard]] Secret newToken(std::string_view participant, std::string_view sessionTag);

/// Whose a token is. Views into it; empty ones when it is none of ours.
struct TokenOwner {
  std::string_view participant;
  std::string_view sessionTag;
};
[[nodiscard]] TokenOwner ownerOf(std::string_view token) noexcept;

/// The id of a session in its room, which everyone there sees: as text it begins with the participant's id
/// and a dot. It tells nothing of the tokens.
[[nodiscard]] JanusId identityOf(const TokenOwner& owner, const Secret& roomKey, IdKind kind);

/// The description of a call's room. It names the call, and only someone with the key can make it.
[[nodiscard]] std::string markOf(const CallId& call, const Secret& roomKey);

/// The call that a description marks under this key, if it does.
[[nodiscard]] std::optional<CallId> callOfMark(std::string_view description, const Secret& roomKey);

}  // namespace messenger::janus
