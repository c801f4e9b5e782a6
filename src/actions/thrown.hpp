#pragma once

#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "support/text.hpp"

namespace messenger::actions {

/// The exception being handled, as a text that can be stored and shown; works for any type. REQUIRES: called
/// from a catch block.
[[nodiscard]] inline std::string whatWasThrown(const std::optional<std::string_view>& secret = std::nullopt) {
  try {
    throw;
  } catch (const std::exception& error) {
    const char* text = error.what();
    return support::presentable(text != nullptr ? text : "an exception without a text", secret);
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

}  // namespace messenger::actions
