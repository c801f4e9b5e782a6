#pragma once

#include <fmt/format.h>

#include <string>

#include "messenger/contracts/logger.hpp"

namespace messenger::actions {

/// Logs, and ignores exceptions from the host's logger.
inline void logSafely(Logger& logger, LogLevel level, const std::string& message) noexcept {
  try {
    logger.log(level, message);
  } catch (...) {  // NOLINT(bugprone-empty-catch): there is nowhere left to report to
  }
}

}  // namespace messenger::actions
