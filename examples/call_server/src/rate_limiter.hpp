#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
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

/// Kinds that are counted separately, so that a flood of one does not stop the others.
enum class Demand : std::uint8_t { request, heartbeat, signIn };
inline constexpr std::size_t demands = 3;

/// One bucket for each user and kind of demand. Not per address, because many users may share one.
/// Thread-safe; forgets users without recent requests.
class RateLimiter {
 public:
  explicit RateLimiter(const std::array<Rate, demands>& rates) : rates_(rates) {}

  /// Empty: allowed. Otherwise how many seconds to wait, at least one.
  std::optional<long> refuse(const std::string& user, Demand demand, SteadyTime now);

  [[nodiscard]] std::size_t remembered() const;

 private:
  using Buckets = std::array<TokenBucket, demands>;
  void forgetTheIdle(SteadyTime now);

  std::array<Rate, demands> rates_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Buckets> users_;
  std::size_t forgetAt_ = 1024;
};

}  // namespace call_server
