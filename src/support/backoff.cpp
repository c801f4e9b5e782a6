#include "support/backoff.hpp"

#include <algorithm>
#include <random>

namespace messenger::inline v0::support {

using std::chrono::milliseconds;

milliseconds jittered(milliseconds pause) {
  std::random_device random;
  return milliseconds{
      std::uniform_int_distribution<milliseconds::rep>{pause.count() / 2, pause.count()}(random)};
}

void Backoff::failed() {
  constexpr milliseconds first{100};
  pause_ = std::clamp(2 * pause_, first, longest_);
  next_ = std::chrono::steady_clock::now() + jittered(pause_);
}

}  // namespace messenger::support
