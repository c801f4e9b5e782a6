#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "messenger/model/time.hpp"

namespace messenger::inline v0::support {

/// `2026-01-01T00:00:01.000000Z`: the format of times in responses and broadcasts.
[[nodiscard]] std::string toText(TimePoint moment);

/// The moment of such a text, also of one with fewer decimals or none; nothing for any other text.
[[nodiscard]] std::optional<TimePoint> parseTime(std::string_view text) noexcept;

}  // namespace messenger::support
