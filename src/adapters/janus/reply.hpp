#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "messenger/adapters/janus/janus_error.hpp"
#include "messenger/model/room.hpp"

namespace messenger::inline v0::janus {

using Json = nlohmann::json;

/// Discarded when it is not JSON. Levels deeper than Janus ever uses are left out: a recursive walk uses
/// stack for each level, and the sender chooses their number.
[[nodiscard]] Json parse(std::string_view text);

[[nodiscard]] tl::unexpected<JanusError> malformed(std::string text);

/// A server's text for showing: cut, without control characters, and without these secrets.
[[nodiscard]] std::string cleaned(std::string_view text, const std::vector<Secret>& secrets);

/// The answer of Janus's core to the request of this transaction: an object. Its errors become a JanusError.
[[nodiscard]] JanusResult<Json> readReply(std::string_view body, std::string_view transaction,
                                          const std::vector<Secret>& secrets);

/// The answer of a plugin, whose errors come inside a success.
[[nodiscard]] JanusResult<Json> readPluginReply(Json reply, const std::vector<Secret>& secrets);

/// A text field; empty when it is missing or not text.
[[nodiscard]] std::string textOf(const Json& object, const char* key);

/// As text; invalid bytes are allowed.
[[nodiscard]] std::string write(const Json& json);

}  // namespace messenger::janus
