#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "messenger/export.hpp"

namespace messenger::inline v0 {

/// Text that must not be shown: it has no stream operator and no formatter; only `reveal` returns it.
class MESSENGER_EXPORT Secret {
 public:
  /// From the text that it is to keep.
  explicit Secret(std::string value) : value_(std::move(value)) {}

  /// The text itself. Never put it in a log, an error, an event, a broadcast or a response.
  [[nodiscard]] const std::string& reveal() const noexcept { return value_; }

  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  std::string value_;
};

/// What a video provider reported about the room it made. Every part may be missing.
struct Room {
  std::optional<std::string> id;   ///< at most `maxRoomField` bytes
  std::optional<std::string> pin;  ///< at most `maxRoomField` bytes
  std::optional<std::string>
      payload;                   ///< anything else that a client needs; at most `maxRoomPayload` characters
  std::optional<Secret> secret;  ///< at most `maxRoomField` bytes; for the driver's `destroy` alone

  friend bool operator==(const Room&, const Room&) = default;
};

/// What lets one session into the room of its call, for its owner alone.
struct RoomCredentials {
  /// Under which the session is known in the room, to everyone there; at most `maxRoomField` bytes.
  std::string identity;
  Secret token;  ///< at most `maxRoomPayload` characters
  /// How long the token opens the room; whoever is in the room stays. None: until the session is closed.
  std::optional<std::chrono::seconds> validFor{};
};

/// Bytes that the id, the pin and the secret of a room may have.
inline constexpr std::size_t maxRoomField = 255;
/// Characters that the payload of a room may have.
inline constexpr std::size_t maxRoomPayload = 2000;

}  // namespace messenger
