#pragma once

#include <chrono>

namespace messenger::tests {

/// Longer than anything takes that comes at all.
inline constexpr std::chrono::seconds generous{60};

}  // namespace messenger::tests
