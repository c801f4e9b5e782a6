#include "support/json_check.hpp"

#include <cstddef>

#include "support/text.hpp"

namespace messenger::inline v0::support {
namespace {

constexpr int deepest = 64;

bool isDigit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// Reads front to back; every method consumes what it names, or returns false.
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) noexcept : rest_(text) {}

  bool document() noexcept {
    if (!value(0)) return false;
    blanks();
    return rest_.empty();
  }

 private:
  bool value(int depth) noexcept {
    if (depth > deepest) return false;
    blanks();
    if (rest_.empty()) return false;
    switch (rest_.front()) {
      case '{':
        return members(depth, '}', /*named=*/true);
      case '[':
        return members(depth, ']', /*named=*/false);
      case '"':
        return string();
      case 't':
        return skip("true");
      case 'f':
        return skip("false");
      case 'n':
        return skip("null");
      default:
        return number();
    }
  }

  bool members(int depth, char end, bool named) noexcept {
    rest_.remove_prefix(1);
    blanks();
    if (skip(end)) return true;
    do {
      blanks();
      if (named) {
        if (!string()) return false;
        blanks();
        if (!skip(':')) return false;
      }
      if (!value(depth + 1)) return false;
      blanks();
    } while (skip(','));
    return skip(end);
  }

  bool string() noexcept {
    if (!skip('"')) return false;
    while (!rest_.empty() && rest_.front() != '"') {
      const char c = rest_.front();
      if (static_cast<unsigned char>(c) < 0x20) return false;
      rest_.remove_prefix(1);
      if (c == '\\' && !escape()) return false;
    }
    return skip('"');
  }

  bool escape() noexcept {
    if (rest_.empty()) return false;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c != 'u') return std::string_view{"\"\\/bfnrt"}.find(c) != std::string_view::npos;
    unsigned unit = 0;
    if (!hex(unit) || (unit >= 0xDC00 && unit <= 0xDFFF)) return false;
    if (unit < 0xD800 || unit > 0xDBFF) return true;
    return skip("\\u") && hex(unit) && unit >= 0xDC00 && unit <= 0xDFFF;
  }

  bool hex(unsigned& unit) noexcept {
    if (rest_.size() < 4) return false;
    unit = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const char c = rest_[i];
      unit *= 16;
      if (isDigit(c)) {
        unit += static_cast<unsigned>(c - '0');
      } else if (c >= 'a' && c <= 'f') {
        unit += static_cast<unsigned>(c - 'a' + 10);
      } else if (c >= 'A' && c <= 'F') {
        unit += static_cast<unsigned>(c - 'A' + 10);
      } else {
        return false;
      }
    }
    rest_.remove_prefix(4);
    return true;
  }

  bool number() noexcept {
    skip('-');
    if (!skip('0') && !digits()) return false;
    if (skip('.') && !digits()) return false;
    if (skip('e') || skip('E')) {
      if (!skip('+')) skip('-');
      return digits();
    }
    return true;
  }

  bool digits() noexcept {
    if (rest_.empty() || !isDigit(rest_.front())) return false;
    while (!rest_.empty() && isDigit(rest_.front())) rest_.remove_prefix(1);
    return true;
  }

  void blanks() noexcept {
    while (!rest_.empty() && std::string_view{" \t\r\n"}.find(rest_.front()) != std::string_view::npos) {
      rest_.remove_prefix(1);
    }
  }

  bool skip(char c) noexcept { return skip(std::string_view{&c, 1}); }
  bool skip(std::string_view what) noexcept {
    if (!rest_.starts_with(what)) return false;
    rest_.remove_prefix(what.size());
    return true;
  }

  std::string_view rest_;
};

}  // namespace

bool isJson(std::string_view text) noexcept {
  return isUtf8(text) && JsonReader{text}.document();
}

}  // namespace messenger::support
