#pragma once

#include <stdexcept>
#include <string>

namespace messenger::tests {

/// An exception of a host's that says nothing at all: `what` is null.
template <class Base = std::runtime_error>
struct Wordless final : Base {
  Wordless() : Base("never shown") {}
  [[nodiscard]] const char* what() const noexcept override { return nullptr; }
};

/// A text that must not be stored or shown as it is: a megabyte, with a control sequence and bytes that are
/// no UTF-8 at its beginning.
inline std::string wildText() {
  return "\x1b[2J\xff\n" + std::string(1 << 20, 'x');
}

}  // namespace messenger::tests
