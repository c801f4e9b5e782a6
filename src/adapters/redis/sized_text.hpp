#pragma once

#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace messenger::inline v0::redis {

/// Takes a text with its length in front off the beginning.
[[nodiscard]] inline std::optional<std::string> takeSized(std::string_view& from) {
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(from.data(), from.data() + from.size(), size);
  const auto digits = static_cast<std::size_t>(end - from.data());
  if (error != std::errc{} || digits >= from.size() || from[digits] != ':' || from.size() - digits - 1 < size)
    return std::nullopt;
  std::string text{from.substr(digits + 1, size)};
  from.remove_prefix(digits + 1 + size);
  return text;
}

}  // namespace messenger::redis
