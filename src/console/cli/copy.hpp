#pragma once

#include "console/command.hpp"

namespace messenger::inline v0::console {

/// `db:copy`.
[[nodiscard]] Command copyCommand();

}  // namespace messenger::console
