#pragma once

#include <messenger/adapters/janus/janus_options.hpp>

#include <optional>
#include <variant>

#include "settings.hpp"

namespace call_server {

/// Reads the command line. An int: the exit code to end with; help or an error was printed.
[[nodiscard]] std::variant<Settings, int> settingsFrom(int argc, const char* const* argv);

/// Adds settings from the environment: CALL_SERVER_SECRET, or a secret that is made once and kept in a file
/// beside the database, readable by its owner only; JANUS_PUBLIC_URL, JANUS_TOKEN_AUTH_SECRET. Returns the
/// options for the media server, when there is one. Throws std::invalid_argument, whose text names the
/// variable or the file, never its value; otherwise as keptSecret.
[[nodiscard]] std::optional<messenger::janus::JanusOptions> readEnvironment(Settings& settings);

}  // namespace call_server
