#pragma once

#include <string>

#include "messenger/model/time.hpp"

namespace messenger::inline v0::console {

/// `2026-01-01 00:00:01 UTC`.
[[nodiscard]] std::string absolute(TimePoint moment);

/// `just now`, `42 s ago`, `3 min ago`, `in 5 h`, `12 days ago`.
[[nodiscard]] std::string relative(TimePoint moment, TimePoint now);

/// Both: `3 min ago (2026-01-01 00:00:01 UTC)`.
[[nodiscard]] std::string moment(TimePoint moment, TimePoint now);

/// `42 s`, `3 min 20 s`, `5 h 3 min`.
[[nodiscard]] std::string length(Duration duration);

}  // namespace messenger::console
