#pragma once

#include <cstdint>
#include <string_view>

namespace messenger {

enum class LogLevel : std::uint8_t { debug, info, warning, error };

[[nodiscard]] constexpr std::string_view toString(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "unknown";
}

/// Takes what the library has to say to an operator: a listener that threw, a job that was given up. Never a
/// secret. Called from any thread that uses the library, with no lock held. Implementations must be
/// thread-safe; what they throw is swallowed. Shipped: `stderrLogger(level)`, `nullLogger()`
/// (adapters/defaults.hpp).
class Logger {
 public:
  Logger() = default;
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;
  virtual ~Logger() = default;

  /// One event, one line of text without a line break at its end.
  virtual void log(LogLevel level, std::string_view message) = 0;
};

}  // namespace messenger
