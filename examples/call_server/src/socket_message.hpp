#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace call_server {

/// What a client asks for over its WebSocket.
struct SocketMessage {
  enum class Verb : std::uint8_t { malformed, subscribe, unsubscribe };

  Verb verb = Verb::malformed;
  std::string channel;  ///< not empty, unless it is malformed
};

/// Reads `{"subscribe":"thread.team"}` and its counterpart; other members are ignored. Does not throw.
[[nodiscard]] SocketMessage parseSocketMessage(std::string_view text);

}  // namespace call_server
