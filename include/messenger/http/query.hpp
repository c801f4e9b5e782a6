#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "messenger/export.hpp"

namespace messenger::inline v0::http {

/// What a request's query says about one parameter.
struct QueryParameter {
  /// How it was given.
  enum class State : std::uint8_t {
    absent,
    given,
    repeated,   ///< more than once, so it is not clear which one is meant
    malformed,  ///< a bad escape, too long, or not printable UTF-8
  };

  State state = State::absent;  ///< how it was given
  std::string value;            ///< decoded, when given; otherwise empty
};

/// Looks up a parameter in the query of a request's target (`/path?one=1&two=2`), for a host's own routes.
/// The order of the parameters means nothing, and the others are ignored, whatever they contain. Names and
/// values are decoded as browsers encode forms: `%41` is `A`, and `+` is a blank. A parameter without `=` has
/// an empty value. `maxBytes` limits the value, decoded.
MESSENGER_EXPORT [[nodiscard]] QueryParameter findQueryParameter(std::string_view target,
                                                                 std::string_view name, std::size_t maxBytes);

}  // namespace messenger::http
