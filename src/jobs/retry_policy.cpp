#include "messenger/jobs/retry_policy.hpp"

#include <algorithm>

namespace messenger::inline v0 {

std::chrono::milliseconds retryDelay(const Config::Jobs& config, int attempt, double random) noexcept {
  using std::chrono::milliseconds;
  milliseconds delay = std::min(config.backoff, config.maxBackoff);
  for (int i = 1; i < attempt && delay < config.maxBackoff; ++i) {
    delay = delay < config.maxBackoff / 2 ? 2 * delay : config.maxBackoff;
    if (delay == milliseconds::zero()) break;
  }
  const double extra = static_cast<double>(delay.count()) * config.jitter * random;
  const milliseconds room = milliseconds::max() - delay;
  if (!(extra < static_cast<double>(room.count()))) return milliseconds::max();
  return delay + milliseconds{static_cast<milliseconds::rep>(extra)};
}

}  // namespace messenger
