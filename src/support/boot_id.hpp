#pragma once

#include <string>

namespace messenger::inline v0::support {

/// This boot of the machine, as Linux names it: 32 hexadecimal digits and four hyphens. Empty when it cannot
/// be read.
[[nodiscard]] std::string bootId();

}  // namespace messenger::support
