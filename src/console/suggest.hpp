#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace messenger::console {

/// The candidate that was probably meant: a slip of the fingers away, or the part behind the colon
/// (`down` for `calls:down`). Empty when none is near, or when several are equally so.
[[nodiscard]] std::string nearest(std::string_view typed, const std::vector<std::string>& candidates);

}  // namespace messenger::console
