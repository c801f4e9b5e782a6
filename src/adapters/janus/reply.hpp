#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "messenger/adapters/janus/janus_error.hpp"
#include "messenger/model/room.hpp"

namespace messenger::janus {

using Json = nlohmann::json;

/// Discarded when it is no JSON. What lies deeper than Janus ever goes is left out: working on a tree takes
/// stack for each level, and a stranger chooses how many there are.
[[nodiscard]] Json parse(std::string_view text);

[[nodiscard]] tl::unexpected<JanusError> malformed(std::string text);

/// A server's words made fit to be shown: cut, without control characters, and without these secrets.
[[nodiscard]] std::string cleaned(std::string_view text, const std::vector<Secret>& secrets);

/// What Janus's core answered to the request of this transaction: an object; its errors become a JanusError.
[[nodiscard]] JanusResult<Json> readReply(std::string_view body, std::string_view transaction,
                                          const std::vector<Secret>& secrets);

/// What a plugin answered: its errors come inside a success.
[[nodiscard]] JanusResult<Json> readPluginReply(Json reply, const std::vector<Secret>& secrets);

/// A field that is text; empty when it is not there, or no text.
[[nodiscard]] std::string textOf(const Json& object, const char* key);

/// As text, whatever bytes are in it.
[[nodiscard]] std::string write(const Json& json);

}  // namespace messenger::janus
