#pragma once

#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "messenger/contracts/logger.hpp"
#include "messenger/export.hpp"

namespace messenger::inline v0::testing {

/// Keeps every message of every level. Thread-safe.
class MESSENGER_EXPORT RecordingLogger final : public Logger {
 public:
  /// A message that was logged.
  struct Line {
    LogLevel level = LogLevel::info;                          ///< as it was logged
    std::string message;                                      ///< what happened
    std::vector<std::pair<std::string, std::string>> fields;  ///< what it was about, by name

    /// The value of a field; empty without it.
    [[nodiscard]] std::string field(std::string_view name) const;
    /// Message and fields, as `stderrLogger` writes them.
    [[nodiscard]] std::string text() const;
  };

  /// All messages, in their order.
  [[nodiscard]] std::vector<Line> lines() const;
  /// Whether a line of at least that level contains the text, in its message or in its fields.
  [[nodiscard]] bool has(LogLevel atLeast, std::string_view text) const;
  /// Clears the record.
  void clear();

  void log(LogLevel level, std::string_view message, std::span<const LogField> fields) override;

 private:
  mutable std::mutex mutex_;
  std::vector<Line> lines_;
};

}  // namespace messenger::testing
