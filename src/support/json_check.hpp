#pragma once

#include <string_view>

namespace messenger::inline v0::support {

/// Whether a text is one JSON value (RFC 8259) in well-formed UTF-8 that every parser reads: at most 64
/// levels deep, escaped surrogates only in pairs.
[[nodiscard]] bool isJson(std::string_view text) noexcept;

}  // namespace messenger::support
