#pragma once

#include <messenger/adapters/janus/janus_options.hpp>

#include <optional>
#include <variant>

#include "settings.hpp"

namespace call_server {

/// The command line. An int: the program is to end with it; help or what is wrong has been printed.
[[nodiscard]] std::variant<Settings, int> settingsFrom(int argc, const char* const* argv);

/// Puts into the settings what the environment says: CALL_SERVER_SECRET, or a secret made once and kept in a
/// file beside the database that only its owner may read; JANUS_PUBLIC_URL, JANUS_TOKEN_AUTH_SECRET. Returns
/// how to reach the media server, when there is one. Throws std::invalid_argument that names the variable,
/// never its value.
[[nodiscard]] std::optional<messenger::janus::JanusOptions> readEnvironment(Settings& settings);

/// The secret of that file, made when it is not there; of processes that make it at once, one wins.
[[nodiscard]] messenger::Secret keptSecret(const std::filesystem::path& file);

}  // namespace call_server
