#pragma once

#include <cstddef>

namespace messenger::bench {

/// How often `operator new` was called in this thread. Only in programs that link counted_new.cpp, which
/// replaces it.
[[nodiscard]] std::size_t allocationsOfThisThread() noexcept;

}  // namespace messenger::bench
