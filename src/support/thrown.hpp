#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "support/text.hpp"

namespace messenger::inline v0::support {

/// What an exception says, as a text fit to be stored and shown, whatever class of a host's it is: `what` may
/// be null, huge, or full of control characters. Each of `secrets` in it is hidden.
[[nodiscard]] inline std::string textOf(const std::exception& error,
                                        const std::vector<std::string_view>& secrets = {}) {
  const char* text = error.what();
  const std::string_view said = text != nullptr ? text : "an exception without a text";
  if (secrets.empty()) return presentable(said, std::nullopt);
  return presentable(withoutSecrets(said, secrets), std::nullopt);
}

/// What host code threw, as such a text, also when it is no std::exception. REQUIRES: called while handling
/// it.
[[nodiscard]] inline std::string whatWasThrown(const std::vector<std::string_view>& secrets = {}) {
  try {
    throw;
  } catch (const std::exception& error) {
    return textOf(error, secrets);
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

}  // namespace messenger::support
