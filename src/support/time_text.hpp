#pragma once

#include <string>

#include "messenger/model/time.hpp"

namespace messenger::support {

/// `2026-01-01T00:00:01.000000Z`: how moments are written on the wire.
[[nodiscard]] std::string toText(TimePoint moment);

}  // namespace messenger::support
