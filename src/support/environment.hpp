#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace messenger::support {

/// A variable of the environment; nothing when it is unset or empty.
[[nodiscard]] std::optional<std::string> variable(const char* name);

/// true, false, 1, 0, yes, no, on, off, in any case. Unset: the field stays. Throws std::invalid_argument
/// that names the variable for anything else.
void readTruth(const char* name, bool& field);

/// Throws std::invalid_argument that names the variable and what it may hold, never what it holds: what lands
/// in the wrong one may be a password.
[[noreturn]] void rejectVariable(const char* name, std::string_view allowed);

}  // namespace messenger::support
