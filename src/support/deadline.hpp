#pragma once

#include <chrono>

#include "messenger/model/time.hpp"

namespace messenger::inline v0::support {

/// The end of a wait that begins now, for `wait_until`: the `wait_for` of the standard library overflows with
/// a long wait, and then does not wait.
template <class Rep, class Period>
[[nodiscard]] std::chrono::steady_clock::time_point deadlineIn(std::chrono::duration<Rep, Period> atMost) {
  return saturatingAdd(std::chrono::steady_clock::now(), atMost);
}

}  // namespace messenger::support
