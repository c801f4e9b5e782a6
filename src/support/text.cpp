#include "support/text.hpp"

namespace messenger::support {
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

bool isControl(unsigned char byte) noexcept {
  return byte < 0x20 || byte == 0x7F;
}

}  // namespace

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
  if (text.size() > maxBytes) return false;
  for (const char c : text) {
    if (isControl(static_cast<unsigned char>(c))) return false;
  }
  return isUtf8(text);
}

std::string presentable(std::string_view text, const std::optional<std::string_view>& secret,
                        std::size_t maxBytes) {
  std::string hidden;
  if (secret && !secret->empty()) {
    for (std::size_t at = 0;;) {
      const std::size_t found = text.find(*secret, at);
      hidden.append(text.substr(at, found - at));
      if (found == std::string_view::npos) break;
      hidden += "[secret]";
      at = found + secret->size();
    }
    text = hidden;
  }
  std::string out;
  while (!text.empty()) {
    const std::size_t length = sequenceLength(text);
    const bool fit = length > 1 || (length == 1 && !isControl(static_cast<unsigned char>(text.front())));
    const std::string_view piece = fit ? text.substr(0, length) : std::string_view{"?"};
    if (out.size() + piece.size() > maxBytes) break;
    out.append(piece);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

}  // namespace messenger::support
