#pragma once

namespace call_server {

// The kinds of characters in HTTP's texts (RFC 9110, 5.6), whatever the locale.

[[nodiscard]] constexpr bool isDigit(char c) noexcept {
  return c >= '0' && c <= '9';
}

[[nodiscard]] constexpr bool isLetter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

[[nodiscard]] constexpr bool isBlank(char c) noexcept {
  return c == ' ' || c == '\t';
}

/// A control character other than a tab.
[[nodiscard]] constexpr bool isControl(char c) noexcept {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}

/// Of a field's name or a method.
[[nodiscard]] constexpr bool isTokenChar(char c) noexcept {
  if (isLetter(c) || isDigit(c)) return true;
  switch (c) {
    case '!':
    case '#':
    case '$':
    case '%':
    case '&':
    case '\'':
    case '*':
    case '+':
    case '-':
    case '.':
    case '^':
    case '_':
    case '`':
    case '|':
    case '~':
      return true;
    default:
      return false;
  }
}

}  // namespace call_server
