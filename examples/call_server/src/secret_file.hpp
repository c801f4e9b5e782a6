#pragma once

#include <messenger/model/room.hpp>

#include <filesystem>

namespace call_server {

/// The secret in that file, made when there is none. When several processes make it at once, all use the
/// first one. Throws std::invalid_argument for a file that is no place for a secret (a link, a folder, a
/// pipe, somebody else's, one that others may read or write, an empty or a large one), std::system_error when
/// it cannot be made or read. Each text names the file and says what to do, and none shows what is in it.
[[nodiscard]] messenger::Secret keptSecret(const std::filesystem::path& file);

}  // namespace call_server
