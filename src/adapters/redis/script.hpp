#pragma once

#include <string>
#include <string_view>

namespace messenger::inline v0::redis {

/// A Lua script, by which the server does several things as one command.
class Script {
 public:
  explicit Script(std::string_view text);

  [[nodiscard]] std::string_view text() const noexcept { return text_; }
  /// By which the server knows it: SHA-1 in hexadecimal.
  [[nodiscard]] std::string_view digest() const noexcept { return digest_; }

 private:
  std::string_view text_;
  std::string digest_;
};

}  // namespace messenger::redis
