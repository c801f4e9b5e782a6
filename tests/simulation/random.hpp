#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace messenger::simulation {

/// Where every choice of a simulation comes from. The same choices give the same history, with any compiler:
/// none of the distributions of <random> is used, because they are not specified.
class Choices {
 public:
  Choices() = default;
  Choices(const Choices&) = delete;
  Choices& operator=(const Choices&) = delete;
  virtual ~Choices() = default;

  /// A number from 0 to `bound` - 1. REQUIRES: bound > 0.
  [[nodiscard]] virtual std::uint64_t below(std::uint64_t bound) = 0;

  [[nodiscard]] bool chance(std::uint64_t percent) { return below(100) < percent; }

  /// From `low` to `high`, both included.
  [[nodiscard]] std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
  }

  template <class Value>
  [[nodiscard]] const Value& pick(const std::vector<Value>& values) {
    return values[below(values.size())];
  }
};

/// Choices from a seed: SplitMix64 (Steele, Lea, Flood 2014). The seed is mixed first: all seeds would
/// otherwise be places in one sequence, and neighbours share nearly all of it.
class SeededChoices final : public Choices {
 public:
  explicit SeededChoices(std::uint64_t seed) noexcept : state_(mixed(mixed(seed + gamma) + gamma)) {}

  [[nodiscard]] std::uint64_t below(std::uint64_t bound) override {
    state_ += gamma;
    return mixed(state_) % bound;
  }

 private:
  static constexpr std::uint64_t gamma = 0x9E3779B97F4A7C15ULL;

  [[nodiscard]] static std::uint64_t mixed(std::uint64_t z) noexcept {
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
  }

  std::uint64_t state_;
};

/// Choices from bytes, for a fuzzer; zeros when they are used up.
class ChoicesFromBytes final : public Choices {
 public:
  ChoicesFromBytes(const std::uint8_t* data, std::size_t size) noexcept : data_(data), left_(size) {}

  [[nodiscard]] std::uint64_t below(std::uint64_t bound) override {
    std::uint64_t value = 0;
    for (std::uint64_t range = 1; range < bound && left_ > 0; range <<= 8U, --left_) {
      value = (value << 8U) | *data_++;
    }
    return value % bound;
  }

  [[nodiscard]] bool usedUp() const noexcept { return left_ == 0; }

 private:
  const std::uint8_t* data_;
  std::size_t left_;
};

}  // namespace messenger::simulation
