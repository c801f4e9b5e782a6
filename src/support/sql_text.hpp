#pragma once

#include <cstddef>

namespace messenger::inline v0::support {

/// Text put together at compile time, so that a list of columns is written once.
template <std::size_t Size>
struct FixedText {
  char chars[Size] = {};  // NOLINT(*-avoid-c-arrays): the size is part of the type

  constexpr FixedText() = default;
  // NOLINTNEXTLINE(*-avoid-c-arrays, google-explicit-constructor): a literal is meant to become one
  constexpr FixedText(const char (&text)[Size]) {
    for (std::size_t i = 0; i < Size; ++i) chars[i] = text[i];
  }
};

template <std::size_t Left, std::size_t Right>
constexpr FixedText<Left + Right - 1> operator+(const FixedText<Left>& left, const FixedText<Right>& right) {
  FixedText<Left + Right - 1> sum;
  for (std::size_t i = 0; i + 1 < Left; ++i) sum.chars[i] = left.chars[i];
  for (std::size_t i = 0; i < Right; ++i) sum.chars[Left - 1 + i] = right.chars[i];
  return sum;
}

template <std::size_t Left, std::size_t Right>
constexpr auto operator+(const FixedText<Left>& left, const char (&right)[Right]) {  // NOLINT(*-c-arrays)
  return left + FixedText<Right>(right);
}

template <std::size_t Left, std::size_t Right>
constexpr auto operator+(const char (&left)[Left], const FixedText<Right>& right) {  // NOLINT(*-c-arrays)
  return FixedText<Left>(left) + right;
}

/// A statement of a storage. It is a constant that lives as long as the program, so that a connection can
/// use its address as the key of the prepared statement.
class Sql {
 public:
  template <std::size_t Size>
  consteval Sql(const FixedText<Size>& text) : text_(text.chars) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] constexpr const char* text() const noexcept { return text_; }

 private:
  const char* text_;
};

}  // namespace messenger::support
