#include "rate_limiter.hpp"

#include <algorithm>
#include <cmath>

namespace call_server {

double TokenBucket::tokensAt(SteadyTime now) const {
  const double seconds = std::chrono::duration<double>(now - filled_).count();
  return std::min(rate_.burst, tokens_ + std::max(0.0, seconds) * rate_.perSecond);
}

std::optional<std::chrono::milliseconds> TokenBucket::take(SteadyTime now) {
  tokens_ = tokensAt(now);
  filled_ = std::max(filled_, now);
  if (tokens_ >= 1) {
    tokens_ -= 1;
    return std::nullopt;
  }
  return std::chrono::milliseconds{std::llround(std::ceil((1 - tokens_) / rate_.perSecond * 1000))};
}

bool TokenBucket::isFull(SteadyTime now) const {
  return tokensAt(now) >= rate_.burst;
}

std::optional<long> RateLimiter::refuse(const std::string& key, SteadyTime now) {
  const std::lock_guard lock{mutex_};
  if (buckets_.size() >= forgetAt_) forgetTheIdle(now);
  const auto wait = buckets_.try_emplace(key, rate_, now).first->second.take(now);
  if (!wait) return std::nullopt;
  return std::max<long>(1, std::lround(std::ceil(static_cast<double>(wait->count()) / 1000)));
}

void RateLimiter::forgetTheIdle(SteadyTime now) {
  std::erase_if(buckets_, [now](const auto& each) { return each.second.isFull(now); });
  // Checking all of them must stay rare, however many are busy.
  forgetAt_ = std::max<std::size_t>(1024, buckets_.size() * 2);
}

std::size_t RateLimiter::remembered() const {
  const std::lock_guard lock{mutex_};
  return buckets_.size();
}

}  // namespace call_server
