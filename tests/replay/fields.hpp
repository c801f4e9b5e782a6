#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>

#include "messenger/config.hpp"
#include "messenger/model/time.hpp"

namespace messenger::replay {

using Json = nlohmann::json;

/// The operation itself is wrong, or cannot be carried out; the reply is `ok:false` and nothing has changed.
class OpError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads a line: JSON, an object, not nested beyond reason.
[[nodiscard]] Json parseLine(const std::string& line);

// Fields of an operation. A wrong type is an OpError; so is a missing one unless there is a default, which
// then stands for null too.

[[nodiscard]] std::string text(const Json& op, const char* key);
[[nodiscard]] std::string textOr(const Json& op, const char* key, const std::string& otherwise);
[[nodiscard]] std::optional<std::string> optionalText(const Json& op, const char* key);
[[nodiscard]] bool flagOr(const Json& op, const char* key, bool otherwise);
/// Nothing when the key is not there; null is no flag.
[[nodiscard]] std::optional<bool> givenFlag(const Json& op, const char* key);
[[nodiscard]] std::int64_t wholeOr(const Json& op, const char* key, std::int64_t otherwise);
[[nodiscard]] double number(const Json& op, const char* key);
[[nodiscard]] Json objectOr(const Json& op, const char* key);

/// `2026-01-01T00:00:00Z`, with or without a fraction, `Z` or an offset.
[[nodiscard]] TimePoint parseTime(const std::string& text);

[[nodiscard]] inline Json orNull(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json();
}

/// Seconds as a duration; an OpError when beyond a thousand years.
[[nodiscard]] Duration seconds(double count);

/// The protocol's defaults.
[[nodiscard]] Json defaultConfig();

/// `base` with the keys of `over` replaced, objects key by key.
[[nodiscard]] Json merged(Json base, const Json& over);

/// An OpError for wrong types and for what the library refuses.
[[nodiscard]] Config toConfig(const Json& config);

}  // namespace messenger::replay
