#pragma once

#include <cstdint>
#include <string_view>

namespace messenger::http {

/// What the body of a kick says.
enum class KickBody : std::uint8_t {
  kick,
  unkick,
  noFlag,     ///< `kicked` is missing or not boolean, or the body is no object
  malformed,  ///< no JSON, or nested beyond reason
};

/// Reads `{"kicked": …}`: true, false, 1, 0, "1" and "0" are boolean; of several the last holds, as in every
/// common parser; other keys are passed over. Builds no tree, and its memory is bounded by the body's size.
[[nodiscard]] KickBody parseKickBody(std::string_view body);

}  // namespace messenger::http
