#pragma once

#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "support/text.hpp"

namespace messenger::support {

/// What an exception says, as a text fit to be stored and shown, whatever class of a host's it is: `what` may
/// be null, huge, or full of control characters.
[[nodiscard]] inline std::string textOf(const std::exception& error,
                                        const std::optional<std::string_view>& secret = std::nullopt) {
  const char* text = error.what();
  return presentable(text != nullptr ? text : "an exception without a text", secret);
}

/// What host code threw, as such a text, also when it is no std::exception. REQUIRES: called while handling
/// it.
[[nodiscard]] inline std::string whatWasThrown(const std::optional<std::string_view>& secret = std::nullopt) {
  try {
    throw;
  } catch (const std::exception& error) {
    return textOf(error, secret);
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

}  // namespace messenger::support
