#pragma once

#include <vector>

#include "console/command.hpp"

namespace messenger::inline v0::console {

/// Throws std::invalid_argument unless the command has a valid and unique name and a function to run.
void requireFit(const HostCommand& command, const std::vector<HostCommand>& all);

[[nodiscard]] Command asCommand(const HostCommand& command);

}  // namespace messenger::console
