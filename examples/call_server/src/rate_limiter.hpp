#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace call_server {

using SteadyTime = std::chrono::steady_clock::time_point;

/// The number allowed at once, and the number per second in the long run.
struct Rate {
  double perSecond = 0;
  double burst = 0;
};

/// A token bucket. Confined to one OS thread at a time.
class TokenBucket {
 public:
  TokenBucket(Rate rate, SteadyTime now) : rate_(rate), tokens_(rate.burst), filled_(now) {}

  /// Empty: allowed. Otherwise how long to wait.
  std::optional<std::chrono::milliseconds> take(SteadyTime now);

  /// Whether it is full, like a new one.
  [[nodiscard]] bool isFull(SteadyTime now) const;

 private:
  [[nodiscard]] double tokensAt(SteadyTime now) const;

  Rate rate_;
  double tokens_;
  SteadyTime filled_;
};

/// One bucket for each key: a user, or an address. Thread-safe; forgets keys without recent requests.
class RateLimiter {
 public:
  explicit RateLimiter(Rate rate) : rate_(rate) {}

  /// Empty: allowed. Otherwise how many seconds to wait, at least one.
  std::optional<long> refuse(const std::string& key, SteadyTime now);

  [[nodiscard]] std::size_t remembered() const;

 private:
  void forgetTheIdle(SteadyTime now);

  Rate rate_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, TokenBucket> buckets_;
  std::size_t forgetAt_ = 1024;
};

}  // namespace call_server
