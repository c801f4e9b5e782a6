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

/// So many at once, so many a second in the long run.
struct Rate {
  double perSecond = 0;
  double burst = 0;
};

/// Lets through what a rate allows. Confined to one thread at a time.
class TokenBucket {
 public:
  TokenBucket(Rate rate, SteadyTime now) : rate_(rate), tokens_(rate.burst), filled_(now) {}

  /// Nothing: go on. Otherwise how long until the next one may.
  std::optional<std::chrono::milliseconds> take(SteadyTime now);

  /// Whether a new one would be no different.
  [[nodiscard]] bool isFull(SteadyTime now) const;

 private:
  [[nodiscard]] double tokensAt(SteadyTime now) const;

  Rate rate_;
  double tokens_;
  SteadyTime filled_;
};

/// What is counted apart, so that a flood of one does not stop the other.
enum class Demand : std::uint8_t { request, heartbeat, signIn };
inline constexpr std::size_t demands = 3;

/// One bucket for each user and kind of demand. Per user, not per address: an office behind one address must
/// not stand in its own way. Thread-safe; forgets who has asked for nothing lately.
class RateLimiter {
 public:
  explicit RateLimiter(const std::array<Rate, demands>& rates) : rates_(rates) {}

  /// Nothing: go on. Otherwise how many seconds to wait, at least one.
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
