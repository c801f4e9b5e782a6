#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "messenger/export.hpp"

namespace messenger::inline v0 {

/// How much a message matters; ordered.
enum class LogLevel : std::uint8_t { debug, info, warning, error };

/// `debug`, `info`, `warning`, `error`.
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

/// What a message is about, by name: `call`, `job`, `error`, …
struct LogField {
  std::string_view name;   ///< lower case, with underscores; no text of a client
  std::string_view value;  ///< never empty; may be any text, also one of a client or a provider
};

/// Receives the messages of the library for an operator: a listener threw, a job failed. Messages and fields
/// never contain a secret. Called from any OS thread that uses the library, with no lock held.
/// Implementations must be thread-safe; exceptions from them are ignored. Shipped: `stderrLogger(level)`,
/// `nullLogger()` (adapters/defaults.hpp).
class MESSENGER_EXPORT Logger {
 public:
  Logger() = default;
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;
  virtual ~Logger() = default;

  /// One event. `message` says what happened: a sentence of the library's own, the same each time, without a
  /// line break. What it happened to, and what others said of it, is in `fields`, in no particular order,
  /// each name once. A logger that writes lines must see to it that no value can look like another line or
  /// field. Both live for the duration of the call. docs/metrics.md has the names.
  virtual void log(LogLevel level, std::string_view message, std::span<const LogField> fields) = 0;
};

}  // namespace messenger
