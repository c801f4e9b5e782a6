#pragma once

#include <chrono>
#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>

#include "console/failure.hpp"
#include "support/mutex.hpp"

namespace messenger::inline v0::console {

enum class Tone : std::uint8_t { plain, strong, good, warning, bad, faint };

/// The output of a command: lines for people or one JSON document on `out`; notes, failures and the progress
/// line on `err`. Whatever text it is given, control characters do not get through (support/text.hpp).
/// Thread-safe, because workers report from their own OS threads.
class Screen {
 public:
  Screen(std::ostream& out, std::ostream& err, const ConsoleOptions& options, bool json);

  [[nodiscard]] bool json() const noexcept { return json_; }
  [[nodiscard]] std::size_t width() const noexcept { return width_; }
  /// For paragraphs: the terminal's width, up to a readable maximum.
  [[nodiscard]] std::size_t textWidth() const noexcept;

  /// The text in a tone, when `out` has colours.
  [[nodiscard]] std::string paint(Tone tone, std::string_view text) const;

  /// A line of the result, for people; with --json nothing.
  void line(std::string_view text = {}) MESSENGER_EXCLUDES(mutex_);

  /// The result with --json; otherwise nothing. REQUIRES: once at most.
  void document(std::string_view json) MESSENGER_EXCLUDES(mutex_);

  /// A remark on `err`; with --json nothing.
  void note(std::string_view text) MESSENGER_EXCLUDES(mutex_);

  /// Rewrites the progress line, when `err` is a terminal; ten times a second at most.
  void progress(std::string_view text) MESSENGER_EXCLUDES(mutex_);
  void clearProgress() MESSENGER_EXCLUDES(mutex_);

  /// Prints a failure: on `err`, or with --json as the document.
  void fail(const Failure& failure) MESSENGER_EXCLUDES(mutex_);

  /// Flushes; false when the result could not be written.
  [[nodiscard]] bool finish() MESSENGER_EXCLUDES(mutex_);

 private:
  void eraseProgress() MESSENGER_REQUIRES(mutex_);
  [[nodiscard]] std::size_t errorWidth() const noexcept;

  support::Mutex mutex_;
  std::ostream& out_ MESSENGER_GUARDED_BY(mutex_);
  std::ostream& err_ MESSENGER_GUARDED_BY(mutex_);
  const bool colour_;
  const bool errorColour_;
  const bool progress_;
  const bool json_;
  const std::size_t width_;
  bool progressShown_ MESSENGER_GUARDED_BY(mutex_) = false;
  std::chrono::steady_clock::time_point progressAt_ MESSENGER_GUARDED_BY(mutex_);
};

}  // namespace messenger::console
