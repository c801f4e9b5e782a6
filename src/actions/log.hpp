#pragma once

#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

#include "messenger/contracts/logger.hpp"

namespace messenger::inline v0::actions {

/// Logs, and ignores exceptions from the host's logger. Fields without a value are left out.
inline void logSafely(Logger& logger, LogLevel level, std::string_view message,
                      std::initializer_list<LogField> fields = {}) noexcept {
  try {
    std::vector<LogField> known;
    known.reserve(fields.size());
    for (const LogField& each : fields) {
      if (!each.value.empty()) known.push_back(each);
    }
    logger.log(level, message, known);
  } catch (...) {  // NOLINT(bugprone-empty-catch): there is nowhere left to report to
  }
}

/// The text of an id that may be missing; empty without.
template <class Id>
[[nodiscard]] std::string_view textOf(const std::optional<Id>& id) noexcept {
  return id ? std::string_view{id->value()} : std::string_view{};
}

}  // namespace messenger::actions
