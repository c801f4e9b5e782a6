#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace call_server {

/// The bytes of the MAC. Throw std::runtime_error when OpenSSL fails.
[[nodiscard]] std::string hmacSha256(std::string_view key, std::string_view text);
[[nodiscard]] std::string hmacSha1(std::string_view key, std::string_view text);
[[nodiscard]] std::string sha256(std::string_view text);

/// With `+` and `/`, padded.
[[nodiscard]] std::string base64(std::string_view bytes);
/// With `-` and `_`, not padded.
[[nodiscard]] std::string base64Url(std::string_view bytes);
/// The inverse; empty for a text that `base64Url` does not write.
[[nodiscard]] std::optional<std::string> fromBase64Url(std::string_view text);

/// In a time that does not depend on where they differ.
[[nodiscard]] bool sameText(std::string_view one, std::string_view other) noexcept;

/// This many unpredictable bytes, as hexadecimal digits.
[[nodiscard]] std::string randomHex(std::size_t bytes);

}  // namespace call_server
