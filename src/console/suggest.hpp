#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace messenger::inline v0::console {

/// The candidate that was probably meant: one with a small typing error, or with the same part after the
/// colon (`down` for `calls:down`). Empty when none is close, or several are equally close.
[[nodiscard]] std::string nearest(std::string_view typed, const std::vector<std::string>& candidates);

}  // namespace messenger::console
