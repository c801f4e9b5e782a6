#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace messenger::support {

/// Well-formed UTF-8: no overlong forms, no surrogates, nothing beyond U+10FFFF.
[[nodiscard]] bool isUtf8(std::string_view text) noexcept;

/// How many characters (code points) a well-formed text has.
[[nodiscard]] std::size_t countCharacters(std::string_view text) noexcept;

/// Whether it can be a name that people see: UTF-8 without control characters, at most `maxBytes` long.
[[nodiscard]] bool isPlainText(std::string_view text, std::size_t maxBytes) noexcept;

/// A foreign error text for storing and showing: ill-formed bytes and control characters become '?', `secret`
/// (when given and not empty) becomes "[secret]", and it is cut to `maxBytes` at a character.
[[nodiscard]] std::string presentable(std::string_view text, const std::optional<std::string_view>& secret,
                                      std::size_t maxBytes = 500);

}  // namespace messenger::support
