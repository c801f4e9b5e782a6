#include "support/environment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <stdexcept>

namespace messenger::inline v0::support {

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): at startup, by the host's choice
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

void readTruth(const char* name, bool& field) {
  auto value = variable(name);
  if (!value) return;
  std::transform(value->begin(), value->end(), value->begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  constexpr std::array<std::string_view, 4> yes{"true", "1", "yes", "on"};
  constexpr std::array<std::string_view, 4> no{"false", "0", "no", "off"};
  const bool isYes = std::find(yes.begin(), yes.end(), *value) != yes.end();
  if (!isYes && std::find(no.begin(), no.end(), *value) == no.end()) {
    rejectVariable(name, "one of true, false, 1, 0, yes, no, on, off");
  }
  field = isYes;
}

void rejectVariable(const char* name, std::string_view allowed) {
  throw std::invalid_argument(fmt::format("the environment variable {} must be {}", name, allowed));
}

}  // namespace messenger::support
