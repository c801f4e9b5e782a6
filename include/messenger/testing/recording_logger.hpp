#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "messenger/contracts/logger.hpp"

namespace messenger::testing {

/// Keeps every message of every level. Thread-safe.
class RecordingLogger final : public Logger {
 public:
  struct Line {
    LogLevel level = LogLevel::info;
    std::string message;
  };

  [[nodiscard]] std::vector<Line> lines() const;
  /// Whether a line of at least that level contains the text.
  [[nodiscard]] bool has(LogLevel atLeast, std::string_view text) const;
  void clear();

  void log(LogLevel level, std::string_view message) override;

 private:
  mutable std::mutex mutex_;
  std::vector<Line> lines_;
};

}  // namespace messenger::testing
