#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace messenger::inline v0::console {

/// Foreign text for a terminal: ill-formed bytes and control characters (support/text.hpp) become '?'; cut to
/// `maxColumns` with "..." at its end.
[[nodiscard]] std::string printable(std::string_view text, std::size_t maxColumns = 300);

/// How many columns a text takes: none for combining characters, two for wide ones.
[[nodiscard]] std::size_t columns(std::string_view text) noexcept;

/// A width that nothing exceeds.
inline constexpr std::size_t unlimited = static_cast<std::size_t>(-1);

/// Breaks a text at blanks into lines of at most `width` columns; a longer word gets a line of its own.
[[nodiscard]] std::vector<std::string> wrap(std::string_view text, std::size_t width);

/// The text, padded with blanks to `width` columns.
[[nodiscard]] std::string padded(std::string_view text, std::size_t width);

}  // namespace messenger::console
