#include "support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <utility>

namespace messenger::inline v0::support {
namespace {

/// The length of the well-formed sequence at the beginning of `text`, or 0. RFC 3629, section 4.
std::size_t sequenceLength(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto isTail = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xC0U) == 0x80U; };
  const auto inRange = [&](std::size_t i, unsigned low, unsigned high) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return isTail(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : 0xBF;
    return inRange(1, low, high) && isTail(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
    return inRange(1, low, high) && isTail(2) && isTail(3) ? 4 : 0;
  }
  return 0;
}

enum class Kind : std::uint8_t { shows, joiner, selector, control };

using Range = std::pair<char32_t, char32_t>;

template <std::size_t N>
bool within(const std::array<Range, N>& ranges, char32_t character) noexcept {
  return std::any_of(ranges.begin(), ranges.end(), [&](const Range& range) {
    return character >= range.first && character <= range.second;
  });
}

/// Unicode 15: separators, bidirectional controls, and what is ignorable by default or a format character and
/// draws nothing.
constexpr std::array<Range, 20> controls{
    {{0x00AD, 0x00AD},   {0x034F, 0x034F},   {0x061C, 0x061C},   {0x115F, 0x1160},   {0x17B4, 0x17B5},
     {0x180E, 0x180E},   {0x200B, 0x200B},   {0x200E, 0x200F},   {0x2028, 0x202E},   {0x2060, 0x206F},
     {0x3164, 0x3164},   {0xFDD0, 0xFDEF},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFB},
     {0x13430, 0x1343F}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE00FF}, {0xE01F0, 0xE0FFF}}};
constexpr std::array<Range, 4> selectors{
    {{0x180B, 0x180D}, {0x180F, 0x180F}, {0xFE00, 0xFE0F}, {0xE0100, 0xE01EF}}};

Kind kindOf(char32_t code) noexcept {
  if (code < 0x20 || (code >= 0x7F && code <= 0x9F)) return Kind::control;
  if (code < 0xA0) return Kind::shows;
  if (code == 0x200C || code == 0x200D) return Kind::joiner;
  const bool nonCharacter = (code & 0xFFFEU) == 0xFFFEU;
  if (nonCharacter || within(controls, code)) return Kind::control;
  return within(selectors, code) ? Kind::selector : Kind::shows;
}

constexpr char32_t keycap = 0x20E3;

/// Whether the character may stand between these two; code 0 stands for none.
bool fits(char32_t previous, char32_t code, char32_t next) noexcept {
  const auto shows = [](char32_t each) { return each > 0x20 && kindOf(each) == Kind::shows; };
  switch (kindOf(code)) {
    case Kind::shows:
      return true;
    case Kind::joiner:
      return (shows(previous) || kindOf(previous) == Kind::selector) && shows(next) &&
             (previous > 0x7F || next > 0x7F);
    case Kind::selector:
      if (previous > 0x7F) return shows(previous);
      return next == keycap && ((previous >= '0' && previous <= '9') || previous == '#' || previous == '*');
    case Kind::control:
      return false;
  }
  return false;
}

/// Calls `each(piece, code, fit)` for every character, and for every ill-formed byte with code 0. Ends early
/// when that returns false.
template <class Each>
void forEachCharacter(std::string_view text, Each&& each) {
  char32_t previous = 0;
  while (!text.empty()) {
    const Character current = firstCharacter(text);
    const std::size_t length = std::max<std::size_t>(1, current.bytes);
    const std::string_view rest = text.substr(length);
    // Most texts are ASCII: what follows is looked at only where it matters.
    const char32_t next = current.code < 0x7F ? 0 : firstCharacter(rest).code;
    const bool fit = current.bytes > 0 && fits(previous, current.code, next);
    if (!each(text.substr(0, length), current, fit)) return;
    previous = current.code;
    text = rest;
  }
}

/// The first character that keeps the text from being plain; nothing when none does.
std::optional<Character> firstMisfit(std::string_view text) noexcept {
  std::optional<Character> misfit;
  forEachCharacter(text, [&](std::string_view, Character character, bool fit) {
    if (!fit) misfit = character;
    return fit;
  });
  return misfit;
}

void appendEscape(std::string& out, char32_t code) {
  if (code <= 0xFFFF) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(code));
    return;
  }
  const unsigned above = static_cast<unsigned>(code) - 0x10000U;
  fmt::format_to(std::back_inserter(out), "\\u{:04x}\\u{:04x}", 0xD800U + (above >> 10U),
                 0xDC00U + (above & 0x3FFU));
}

}  // namespace

Character firstCharacter(std::string_view text) noexcept {
  if (text.empty()) return {};
  const std::size_t bytes = sequenceLength(text);
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (bytes <= 1) return {bytes == 1 ? byte(0) : char32_t{0}, bytes};
  char32_t code = byte(0) & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) code = (code << 6U) | (byte(i) & 0x3FU);
  return {code, bytes};
}

bool isUtf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const std::size_t length = sequenceLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::size_t countCharacters(std::string_view text) noexcept {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  return count;
}

bool isPlainText(std::string_view text, std::size_t maxBytes) noexcept {
  return text.size() <= maxBytes && !firstMisfit(text);
}

std::optional<std::string> whyNotPlainText(std::string_view text, std::size_t maxBytes) {
  if (text.size() > maxBytes) {
    const std::size_t count = countCharacters(text);
    if (count == text.size() || !isUtf8(text)) {
      return fmt::format("has {} bytes, at most {} are allowed", text.size(), maxBytes);
    }
    return fmt::format("has {} bytes ({} characters), at most {} bytes are allowed", text.size(), count,
                       maxBytes);
  }
  const auto misfit = firstMisfit(text);
  if (!misfit) return std::nullopt;
  if (misfit->bytes == 0) return "is not valid UTF-8";
  return fmt::format("contains U+{:04X}, a control or format character", static_cast<unsigned>(misfit->code));
}

std::string withoutControls(std::string_view text, char instead) {
  std::string out;
  out.reserve(text.size());
  forEachCharacter(text, [&](std::string_view piece, Character, bool fit) {
    fit ? out.append(piece) : out.append(1, instead);
    return true;
  });
  return out;
}

std::string withoutSecrets(std::string_view text, std::vector<std::string_view> secrets) {
  std::sort(secrets.begin(), secrets.end(), [](auto a, auto b) { return a.size() > b.size(); });
  std::string shown{text};
  for (const std::string_view secret : secrets) {
    if (secret.empty()) break;
    std::string hidden;
    for (std::size_t at = 0;;) {
      const std::size_t found = shown.find(secret, at);
      hidden.append(shown, at, found - at);
      if (found == std::string::npos) break;
      hidden += "[secret]";
      at = found + secret.size();
    }
    shown = std::move(hidden);
  }
  return shown;
}

std::string presentable(std::string_view text, const std::optional<std::string_view>& secret,
                        std::size_t maxBytes) {
  std::string hidden;
  if (secret) {
    hidden = withoutSecrets(text, {*secret});
    text = hidden;
  }
  std::string out;
  forEachCharacter(text, [&](std::string_view piece, Character, bool fit) {
    if (!fit) piece = "?";
    if (out.size() + piece.size() > maxBytes) return false;
    out.append(piece);
    return true;
  });
  return out;
}

std::string printableJson(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  forEachCharacter(json, [&](std::string_view piece, Character character, bool fit) {
    const bool isBlank = piece == "\n" || piece == "\r" || piece == "\t";
    if (fit || isBlank) {
      out.append(piece);
    } else if (character.bytes == 0) {
      out += "\xEF\xBF\xBD";
    } else {
      appendEscape(out, character.code);
    }
    return true;
  });
  return out;
}

}  // namespace messenger::support
