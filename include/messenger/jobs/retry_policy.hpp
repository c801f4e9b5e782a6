#pragma once

#include <chrono>

#include "messenger/config.hpp"
#include "messenger/export.hpp"

namespace messenger::inline v0 {

/// How long a job waits after its `attempt`-th failure (1, 2, …): `backoff` doubled each time, at most
/// `maxBackoff`, lengthened by `jitter` × `random` of itself. `random` is in [0, 1).
MESSENGER_EXPORT [[nodiscard]] std::chrono::milliseconds retryDelay(const Config::Jobs& config, int attempt,
                                                                    double random) noexcept;

}  // namespace messenger
