#include "adapters/postgres/values.hpp"

#include <array>
#include <charconv>

#include "messenger/errors.hpp"
#include "support/text.hpp"

namespace messenger::inline v0::postgres {
namespace {

constexpr std::size_t longestNumber = 24;

void requireStorable(std::string_view text) {
  if (isStorable(text)) return;
  throw StorageError(
      "a text with a NUL byte, or that is no UTF-8, cannot be stored in PostgreSQL; nothing was changed");
}

std::string_view written(std::array<char, longestNumber>& buffer, std::int64_t number) {
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  return {buffer.data(), static_cast<std::size_t>(end - buffer.data())};
}

}  // namespace

bool isStorable(std::string_view text) noexcept {
  return text.find('\0') == std::string_view::npos && support::isUtf8(text);
}

void Array::raw(std::string_view element) {
  if (text_.size() > 1) text_ += ',';
  text_ += element;
}

void Array::add(std::int64_t number) {
  std::array<char, longestNumber> buffer{};
  raw(written(buffer, number));
}

void Array::add(std::string_view text) {
  requireStorable(text);
  raw("\"");
  for (const char c : text) {
    if (c == '"' || c == '\\') text_ += '\\';
    text_ += c;
  }
  text_ += '"';
}

void Array::addKey(std::string_view text) {
  if (isStorable(text)) {
    add(text);
  } else {
    addNull();
  }
}

void Values::add(const std::string& text) {
  requireStorable(text);
  put(text);
}

void Values::add(const Key<std::string>& wanted) {
  if (isStorable(wanted.text)) {
    put(wanted.text);
  } else {
    add(std::nullopt);
  }
}

void Values::addNumber(std::int64_t number) {
  std::array<char, longestNumber> buffer{};
  put(written(buffer, number));
}

void Values::put(std::string_view text) {
  begins_.push_back(bytes_.size());
  bytes_ += text;
  bytes_ += '\0';
}

std::vector<const char*> Values::pointers() const {
  std::vector<const char*> pointers;
  pointers.reserve(begins_.size());
  for (const std::size_t begin : begins_) {
    pointers.push_back(begin == nothing ? nullptr : bytes_.data() + begin);
  }
  return pointers;
}

}  // namespace messenger::postgres
