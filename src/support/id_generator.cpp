#include "support/id_generator.hpp"

#include <algorithm>
#include <random>

namespace messenger::inline v0::support {

namespace {

std::uint64_t randomSeed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32U) ^ device();
}

}  // namespace

IdGenerator::IdGenerator(std::optional<std::uint64_t> seed)
    : seeded_(seed.has_value()), state_(seed ? *seed : randomSeed()) {}

/// SplitMix64 (Steele, Lea, Flood 2014): every state gives a different number.
std::uint64_t IdGenerator::random() {
  state_ += 0x9E3779B97F4A7C15ULL;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31U);
}

std::string IdGenerator::secret() {
  static constexpr std::array<char, 17> digits{"0123456789abcdef"};
  std::array<std::uint32_t, 4> words{};
  if (seeded_) {
    const Lock lock(mutex_);
    for (std::uint32_t& word : words) word = static_cast<std::uint32_t>(random() >> 32U);
  } else {
    std::random_device device;
    for (std::uint32_t& word : words) word = device();
  }
  std::string text;
  text.reserve(32);
  for (const std::uint32_t word : words) {
    for (unsigned shift = 32; shift > 0; shift -= 4) text += digits.at(word >> (shift - 4) & 15U);
  }
  return text;
}

std::int64_t IdGenerator::randomNumber() {
  const Lock lock(mutex_);
  return static_cast<std::int64_t>((random() >> 1U) | 1U);
}

std::string IdGenerator::next(TimePoint now) {
  static constexpr std::array<char, 33> digits{"0123456789ABCDEFGHJKMNPQRSTVWXYZ"};
  const auto sinceEpoch =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  const std::uint64_t millis =
      static_cast<std::uint64_t>(std::max<std::int64_t>(0, sinceEpoch)) & 0xFFFFFFFFFFFFULL;

  std::uint64_t high = 0;
  std::uint64_t low = 0;
  {
    const Lock lock(mutex_);
    if (millis == lastMillis_ && low_ != UINT64_MAX) {
      ++low_;
    } else {
      lastMillis_ = millis;
      high_ = random() & 0xFFFFU;
      low_ = random();
    }
    high = high_;
    low = low_;
  }

  // 130 bits of text for 128 bits of value: the first digit carries three.
  std::string text(26, '0');
  std::uint64_t upper = (millis << 16U) | high;
  for (std::size_t i = 26; i-- > 0;) {
    text[i] = digits.at(low & 31U);
    low = (low >> 5U) | (upper << 59U);
    upper >>= 5U;
  }
  return text;
}

}  // namespace messenger::support
