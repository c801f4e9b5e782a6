#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace messenger::inline v0::redis {

/// What is published: `1`, then event, call and payload, each but the last with its length in front. Not
/// JSON, so that the payload is what the host gets, byte for byte, without a parser.
struct PushMessage {
  std::string event;
  std::string call;
  std::string payload;

  [[nodiscard]] std::string text() const;
  /// Nothing for a message that somebody else has published.
  [[nodiscard]] static std::optional<PushMessage> parse(std::string_view text);
};

}  // namespace messenger::redis
