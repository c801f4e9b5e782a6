#pragma once

#include <string>

#include "messenger/model/time.hpp"

namespace messenger::support {

/// `2026-01-01T00:00:01.000000Z`: the format of times in responses and broadcasts.
[[nodiscard]] std::string toText(TimePoint moment);

}  // namespace messenger::support
