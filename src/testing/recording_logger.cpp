#include "messenger/testing/recording_logger.hpp"

#include <algorithm>

#include "support/log_text.hpp"
#include "support/text.hpp"

namespace messenger::inline v0::testing {

std::string RecordingLogger::Line::field(std::string_view name) const {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [&](const auto& each) { return each.first == name; });
  return found == fields.end() ? std::string{} : found->second;
}

std::string RecordingLogger::Line::text() const {
  std::string text = support::withoutControls(message, ' ');
  for (const auto& [name, value] : fields) support::appendField(text, name, value);
  return text;
}

std::vector<RecordingLogger::Line> RecordingLogger::lines() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

bool RecordingLogger::has(LogLevel atLeast, std::string_view text) const {
  const std::lock_guard lock(mutex_);
  return std::any_of(lines_.begin(), lines_.end(), [&](const Line& line) {
    return line.level >= atLeast && line.text().find(text) != std::string::npos;
  });
}

void RecordingLogger::clear() {
  const std::lock_guard lock(mutex_);
  lines_.clear();
}

void RecordingLogger::log(LogLevel level, std::string_view message, std::span<const LogField> fields) {
  Line line{level, std::string{message}, {}};
  for (const LogField& each : fields) line.fields.emplace_back(each.name, each.value);
  const std::lock_guard lock(mutex_);
  lines_.push_back(std::move(line));
}

}  // namespace messenger::testing
