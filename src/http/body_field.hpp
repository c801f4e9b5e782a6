#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace messenger::inline v0::http {

/// One field at the first level of a JSON object.
struct BodyField {
  bool malformed = false;  ///< the body is not JSON, or nested too deeply
  /// Empty when the field is missing or the body is not an object. Of an array its texts, with null for all
  /// else in it; of an object only that it is none of these: an empty object.
  std::optional<nlohmann::json> value{};
};

/// Finds it; of several the last one counts, as in common parsers. Builds no tree; its memory is bounded by
/// the body's size. An empty body has no field.
[[nodiscard]] BodyField findBodyField(std::string_view body, std::string_view name);

}  // namespace messenger::http
