#include "messenger/jobs/retry_policy.hpp"

#include <algorithm>

namespace messenger {

std::chrono::milliseconds retryDelay(const Config::Jobs& config, int attempt, double random) noexcept {
  auto delay = config.backoff;
  for (int i = 1; i < attempt && delay < config.maxBackoff; ++i) delay *= 2;
  delay = std::min(delay, config.maxBackoff);
  const double extra = static_cast<double>(delay.count()) * config.jitter * random;
  return delay + std::chrono::milliseconds{static_cast<std::chrono::milliseconds::rep>(extra)};
}

}  // namespace messenger
