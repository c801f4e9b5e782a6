#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace call_server {

/// Which part of a list is asked for: `?limit=` and `?after=`, the id of the last one that is known.
struct PageQuery {
  std::size_t limit = 0;
  std::optional<std::string> after{};
};

/// Reads it from a target. Without a limit: `most`. Empty for a limit that is no number from 1 to `most`, and
/// for a parameter that comes twice or is not valid.
[[nodiscard]] std::optional<PageQuery> pageQueryOf(std::string_view target, std::size_t most);

/// The value of a `Link` header that leads to what follows `last`, relative to the address that was asked
/// for.
[[nodiscard]] std::string linkToNext(std::string_view last, std::size_t limit);

}  // namespace call_server
