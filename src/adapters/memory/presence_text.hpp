#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

// Hashes and compares short texts sixteen bytes at a time. A heartbeat does this for three texts, and calls
// of memcmp and std::hash would cost more than the work itself.

namespace messenger::inline v0::memory {

/// Up to sixteen bytes of a text.
struct TextBlock {
  std::uint64_t first = 0;
  std::uint64_t second = 0;

  friend bool operator==(const TextBlock&, const TextBlock&) = default;
};

template <class Word>
std::uint64_t readWord(const char* at) noexcept {
  Word word = 0;
  std::memcpy(&word, at, sizeof(word));
  return word;
}

inline TextBlock fullBlock(const char* at) noexcept {
  return {readWord<std::uint64_t>(at), readWord<std::uint64_t>(at + 8)};
}

/// The last bytes of a text of `size`, sixteen if it has them. Its parts may overlap each other, and the
/// block before; each byte is in one of them, so texts of the same size are equal when all their blocks are.
inline TextBlock lastBlock(const char* data, std::size_t size) noexcept {
  if (size >= 16) return fullBlock(data + size - 16);
  if (size >= 8) return {readWord<std::uint64_t>(data), readWord<std::uint64_t>(data + size - 8)};
  if (size >= 4) return {readWord<std::uint32_t>(data), readWord<std::uint32_t>(data + size - 4)};
  if (size == 0) return {};
  const auto byte = [&](std::size_t at) { return std::uint64_t{static_cast<unsigned char>(data[at])}; };
  return {byte(0) << 8U | byte(size / 2), byte(size - 1)};
}

[[nodiscard]] inline bool sameText(const char* left, std::string_view right) noexcept {
  const std::size_t size = right.size();
  for (std::size_t at = 0; at + 16 < size; at += 16) {
    if (fullBlock(left + at) != fullBlock(right.data() + at)) return false;
  }
  return lastBlock(left, size) == lastBlock(right.data(), size);
}

/// Spreads each bit over those above it by a multiplication, and then down again.
inline std::uint64_t mixed(std::uint64_t value) noexcept {
  value *= 0x9E3779B97F4A7C15ULL;
  return value ^ (value >> 32U);
}

[[nodiscard]] inline std::uint64_t hashOfText(std::string_view text, std::uint64_t seed) noexcept {
  std::uint64_t hash = seed + text.size();
  const auto add = [&](const TextBlock& block) {
    hash = mixed(hash ^ block.first) + (block.second ^ seed) * 0xD6E8FEB86659FD93ULL;
    hash ^= hash >> 32U;
  };
  for (std::size_t at = 0; at + 16 < text.size(); at += 16) add(fullBlock(text.data() + at));
  add(lastBlock(text.data(), text.size()));
  return hash;
}

}  // namespace messenger::memory
