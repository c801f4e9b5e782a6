#pragma once

#include <cstdint>
#include <string_view>

namespace messenger::inline v0::http {

/// The meaning of a kick's body.
enum class KickBody : std::uint8_t {
  kick,
  unkick,
  noFlag,     ///< `kicked` is missing or not boolean, or the body is not an object
  malformed,  ///< not JSON, or nested too deeply
};

/// Reads `{"kicked": …}`: true, false, 1, 0, "1" and "0" are boolean; of several the last one counts, as in
/// common parsers; other keys are ignored. Builds no tree; its memory is bounded by the body's size.
[[nodiscard]] KickBody parseKickBody(std::string_view body);

}  // namespace messenger::http
