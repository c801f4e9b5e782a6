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

/// Receives the messages of the library for an operator: a listener threw, a job failed. Messages never
/// contain a secret. Called from any OS thread that uses the library, with no lock held. Implementations must
/// be thread-safe; exceptions from them are ignored. Shipped: `stderrLogger(level)`, `nullLogger()`
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
