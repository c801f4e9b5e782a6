#pragma once

#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "support/text.hpp"

namespace messenger::actions {

/// What host code threw, as a text fit to be stored and shown: whatever it is, also an exception without a
/// text. REQUIRES: called while handling it.
[[nodiscard]] inline std::string whatWasThrown(const std::optional<std::string_view>& secret = std::nullopt) {
  try {
    throw;
  } catch (const std::exception& error) {
    const char* text = error.what();
    return support::presentable(text != nullptr ? text : "an exception without a text", secret);
  } catch (...) {
    return "something that is no std::exception";
  }
}

}  // namespace messenger::actions
