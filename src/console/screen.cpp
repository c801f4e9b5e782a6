#include "console/screen.hpp"

#include <algorithm>
#include <chrono>
#include <ostream>

#include "console/layout.hpp"
#include "support/json_writer.hpp"
#include "support/text.hpp"

namespace messenger::inline v0::console {
namespace {

constexpr std::size_t widestText = 100;

std::string_view escape(Tone tone) noexcept {
  switch (tone) {
    case Tone::plain:
      return "";
    case Tone::strong:
      return "\x1b[1m";
    case Tone::good:
      return "\x1b[32m";
    case Tone::warning:
      return "\x1b[33m";
    case Tone::bad:
      return "\x1b[31m";
    case Tone::faint:
      return "\x1b[2m";
  }
  return "";
}

constexpr std::string_view reset = "\x1b[0m";

/// The colour sequence at the beginning of a text, if it is one of ours; otherwise empty.
std::string_view paintAt(std::string_view text) noexcept {
  for (const Tone tone : {Tone::strong, Tone::good, Tone::warning, Tone::bad, Tone::faint}) {
    if (text.starts_with(escape(tone))) return escape(tone);
  }
  return text.starts_with(reset) ? reset : std::string_view{};
}

/// The text made printable, except for the colours that `paint` put into it.
std::string printablePainted(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t at = std::min(text.find('\x1b'), text.size());
    out += printable(text.substr(0, at), unlimited);
    text.remove_prefix(at);
    if (text.empty()) break;
    const std::string_view colour = paintAt(text);
    out += colour.empty() ? std::string_view{"?"} : colour;
    text.remove_prefix(std::max<std::size_t>(1, colour.size()));
  }
  return out;
}

std::string painted(bool colour, Tone tone, std::string_view text) {
  if (!colour || tone == Tone::plain || text.empty()) return std::string{text};
  return std::string{escape(tone)}.append(text).append(reset);
}

}  // namespace

Screen::Screen(std::ostream& out, std::ostream& err, const ConsoleOptions& options, bool json)
    : out_(out),
      err_(err),
      colour_(options.colour && !json),
      errorColour_(options.errorColour),
      progress_(options.progress),
      json_(json),
      width_(options.width) {}

std::size_t Screen::textWidth() const noexcept {
  return width_ == 0 ? widestText : std::min(width_, widestText);
}

// In a log, errors are searched line by line.
std::size_t Screen::errorWidth() const noexcept {
  return width_ == 0 ? unlimited : textWidth();
}

std::string Screen::paint(Tone tone, std::string_view text) const {
  return painted(colour_, tone, printable(text, unlimited));
}

void Screen::line(std::string_view text) {
  if (json_) return;
  const std::string safe = colour_ ? printablePainted(text) : printable(text, unlimited);
  const support::Lock lock(mutex_);
  eraseProgress();
  out_ << safe << '\n' << std::flush;
}

void Screen::document(std::string_view json) {
  if (!json_) return;
  const support::Lock lock(mutex_);
  eraseProgress();
  out_ << support::printableJson(json) << '\n';
}

void Screen::note(std::string_view text) {
  if (json_ || text.empty()) return;
  const support::Lock lock(mutex_);
  eraseProgress();
  for (const std::string& line : wrap(printable(text, unlimited), errorWidth())) err_ << line << '\n';
  err_ << std::flush;
}

void Screen::progress(std::string_view text) {
  if (!progress_) return;
  const support::Lock lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (progressShown_ && now - progressAt_ < std::chrono::milliseconds{100}) return;
  progressAt_ = now;
  // One column stays free: a full line would wrap and could not be rewritten.
  err_ << '\r' << painted(errorColour_, Tone::faint, printable(text, width_ == 0 ? 79 : width_ - 1))
       << "\x1b[K" << std::flush;
  progressShown_ = true;
}

void Screen::clearProgress() {
  const support::Lock lock(mutex_);
  eraseProgress();
}

void Screen::eraseProgress() {
  if (!progressShown_) return;
  err_ << "\r\x1b[K" << std::flush;
  progressShown_ = false;
}

void Screen::fail(const Failure& failure) {
  const support::Lock lock(mutex_);
  eraseProgress();
  if (json_) {
    support::JsonWriter json;
    json.beginObject().key("error").beginObject();
    json.key("reason").value(failure.reason).key("message").value(failure.message);
    if (!failure.hint.empty()) json.key("hint").value(failure.hint);
    json.endObject().key("exit").value(static_cast<int>(failure.code)).endObject();
    out_ << support::printableJson(json.text()) << '\n';
    return;
  }
  constexpr std::string_view label = "Error:";
  bool first = true;
  const std::string message = printable(failure.message, unlimited);
  for (const std::string& line : wrap(std::string{label} + ' ' + message, errorWidth())) {
    err_ << (first ? painted(errorColour_, Tone::bad, label) + line.substr(label.size()) : line) << '\n';
    first = false;
  }
  for (const std::string& line : wrap(printable(failure.hint, unlimited), errorWidth())) {
    if (!line.empty()) err_ << line << '\n';
  }
}

bool Screen::finish() {
  const support::Lock lock(mutex_);
  eraseProgress();
  err_.flush();
  return static_cast<bool>(out_.flush());
}

}  // namespace messenger::console
