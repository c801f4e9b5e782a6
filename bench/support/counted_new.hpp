#pragma once

#include <cstddef>

namespace messenger::bench {

/// How often `operator new` was called in this thread. Only in programs that link counted_new.cpp, which
/// replaces it.
[[nodiscard]] std::size_t allocationsOfThisThread() noexcept;

/// The bytes of all blocks of `operator new` that are in use in this process, as large as the allocator made
/// them, with its own eight bytes for each. In such a program too.
[[nodiscard]] std::size_t bytesInUse() noexcept;

}  // namespace messenger::bench
