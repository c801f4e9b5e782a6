#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace messenger::inline v0::support {

/// An environment variable; empty when it is unset or empty.
[[nodiscard]] std::optional<std::string> variable(const char* name);

/// true, false, 1, 0, yes, no, on, off, in any case. Unset: the field stays as it is. Throws
/// std::invalid_argument, whose text names the variable, for anything else.
void readTruth(const char* name, bool& field);

/// Throws std::invalid_argument, whose text names the variable and its allowed values, but never its value,
/// which may be a password.
[[noreturn]] void rejectVariable(const char* name, std::string_view allowed);

}  // namespace messenger::support
