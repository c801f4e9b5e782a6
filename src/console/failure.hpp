#pragma once

#include <string>

#include "messenger/console/console.hpp"
#include "messenger/result.hpp"

namespace messenger::inline v0::console {

using Outcome = BasicResult<void, Failure>;
template <class T>
using Expected = BasicResult<T, Failure>;

[[nodiscard]] inline tl::unexpected<Failure> fail(ExitCode code, std::string reason, std::string message,
                                                  std::string hint = {}) {
  return tl::unexpected<Failure>(Failure{code, std::move(reason), std::move(message), std::move(hint)});
}

}  // namespace messenger::console
