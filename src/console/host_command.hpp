#pragma once

#include <vector>

#include "console/command.hpp"

namespace messenger::console {

/// Throws std::invalid_argument unless its name is fit and nobody else's, and it has something to run.
void requireFit(const HostCommand& command, const std::vector<HostCommand>& all);

[[nodiscard]] Command asCommand(const HostCommand& command);

}  // namespace messenger::console
