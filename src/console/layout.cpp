#include "console/layout.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "support/text.hpp"

namespace messenger::inline v0::console {
namespace {

using Range = std::pair<char32_t, char32_t>;

// Unicode 15: the blocks used in names of people and groups, not the full property tables.
constexpr std::array<Range, 9> combining{{{0x0300, 0x036F},
                                          {0x0483, 0x0489},
                                          {0x0591, 0x05BD},
                                          {0x0610, 0x061A},
                                          {0x064B, 0x065F},
                                          {0x200B, 0x200F},
                                          {0x20D0, 0x20F0},
                                          {0xFE00, 0xFE0F},
                                          {0xE0100, 0xE01EF}}};
constexpr std::array<Range, 9> wide{{{0x1100, 0x115F},
                                     {0x2E80, 0xA4CF},
                                     {0xAC00, 0xD7A3},
                                     {0xF900, 0xFAFF},
                                     {0xFE30, 0xFE6F},
                                     {0xFF00, 0xFF60},
                                     {0xFFE0, 0xFFE6},
                                     {0x1F300, 0x1FAFF},
                                     {0x20000, 0x3FFFD}}};

template <std::size_t N>
bool within(const std::array<Range, N>& ranges, char32_t character) noexcept {
  return std::any_of(ranges.begin(), ranges.end(), [&](const Range& range) {
    return character >= range.first && character <= range.second;
  });
}

std::size_t columnsOf(char32_t character) noexcept {
  if (within(combining, character)) return 0;
  return within(wide, character) ? 2 : 1;
}

}  // namespace

std::string printable(std::string_view text, std::size_t maxColumns) {
  const std::string clean = support::withoutControls(text);
  std::string out;
  std::size_t used = 0;
  std::size_t fits = 0;  // the length of `out` up to which "..." still fits
  for (std::string_view rest = clean; !rest.empty();) {
    const support::Character character = support::firstCharacter(rest);
    const std::size_t width = columnsOf(character.code);
    if (used + width > maxColumns)
      return out.substr(0, fits) + std::string(std::min<std::size_t>(3, maxColumns), '.');
    out += rest.substr(0, character.bytes);
    used += width;
    if (used + 3 <= maxColumns) fits = out.size();
    rest.remove_prefix(character.bytes);
  }
  return out;
}

std::size_t columns(std::string_view text) noexcept {
  std::size_t total = 0;
  while (!text.empty()) {
    const support::Character character = support::firstCharacter(text);
    total += columnsOf(character.code);
    text.remove_prefix(std::max<std::size_t>(1, character.bytes));
  }
  return total;
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    const std::size_t blank = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, blank);
    text.remove_prefix(std::min(blank + 1, text.size()));
    if (word.empty()) continue;
    std::string& line = lines.back();
    if (line.empty()) {
      line = word;
    } else if (columns(line) + 1 + columns(word) <= width) {
      line.append(" ").append(word);
    } else {
      lines.emplace_back(word);
    }
  }
  return lines;
}

std::string padded(std::string_view text, std::size_t width) {
  const std::size_t used = columns(text);
  return std::string{text} + std::string(used < width ? width - used : 0, ' ');
}

}  // namespace messenger::console
