#include "messenger/testing/recording_logger.hpp"

#include <algorithm>

namespace messenger::testing {

std::vector<RecordingLogger::Line> RecordingLogger::lines() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

bool RecordingLogger::has(LogLevel atLeast, std::string_view text) const {
  const std::lock_guard lock(mutex_);
  return std::any_of(lines_.begin(), lines_.end(), [&](const Line& line) {
    return line.level >= atLeast && line.message.find(text) != std::string::npos;
  });
}

void RecordingLogger::clear() {
  const std::lock_guard lock(mutex_);
  lines_.clear();
}

void RecordingLogger::log(LogLevel level, std::string_view message) {
  const std::lock_guard lock(mutex_);
  lines_.push_back({level, std::string{message}});
}

}  // namespace messenger::testing
