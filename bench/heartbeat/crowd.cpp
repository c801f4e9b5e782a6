#include "bench/heartbeat/crowd.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <numeric>
#include <random>
#include <thread>

namespace messenger::bench {
namespace {

std::uint64_t hashOf(const SmallKey& key) noexcept {
  std::uint64_t hash = key.call * 0x9E3779B97F4A7C15ULL + key.user;
  hash ^= hash >> 32U;
  hash *= 0xD6E8FEB86659FD93ULL;
  return hash ^ (hash >> 32U);
}

}  // namespace

Crowd::Crowd(std::size_t count) {
  constexpr std::size_t perCall = 4;
  constexpr std::size_t firstUser = 1'000'000;
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(),
               std::mt19937{20260101});  // NOLINT(*-msc51-cpp): the same each time
  keys.reserve(count);
  smallKeys.reserve(count);
  for (const std::size_t n : order) {
    keys.push_back(
        {CallId{fmt::format("01JH{:022}", n / perCall)}, UserId{"user", fmt::format("{}", firstUser + n)}});
    smallKeys.push_back({n / perCall + 1, firstUser + n});
  }
}

SmallKeyTable::SmallKeyTable(std::size_t count) {
  const std::uint64_t ofPart = std::bit_ceil(std::max<std::uint64_t>(16, count * 2 / parts_.size()));
  mask_ = ofPart - 1;
  for (Part& part : parts_) part.slots = std::make_unique<Slot[]>(ofPart);
}

SmallKeyTable::Slot& SmallKeyTable::slotOf(Part& part, const SmallKey& key, std::uint64_t hash) const {
  std::uint64_t at = hash & mask_;
  while (part.slots[at].key != key && part.slots[at].key != SmallKey{}) at = (at + 1) & mask_;
  return part.slots[at];
}

void SmallKeyTable::put(const SmallKey& key, SteadyPoint at) {
  const std::uint64_t hash = hashOf(key);
  Part& part = parts_[hash >> 56U];
  const std::lock_guard lock(part.mutex);
  slotOf(part, key, hash) = {key, at};
}

bool SmallKeyTable::touch(const SmallKey& key, SteadyPoint at) {
  const std::uint64_t hash = hashOf(key);
  Part& part = parts_[hash >> 56U];
  const std::lock_guard lock(part.mutex);
  Slot& slot = slotOf(part, key, hash);
  if (slot.key != key) return false;
  slot.lastSeen = at;
  return true;
}

void hearNext(const Crowd& crowd, std::size_t count, std::size_t threads, std::size_t* cursor,
              const std::function<void(std::size_t, std::size_t)>& part) {
  if (*cursor + count > crowd.keys.size()) *cursor = 0;
  const std::size_t first = *cursor;
  *cursor += count;
  const std::size_t each = count / threads;
  std::vector<std::thread> others;
  for (std::size_t n = 1; n < threads; ++n) {
    others.emplace_back(
        [&, n] { part(first + n * each, n + 1 == threads ? first + count : first + (n + 1) * each); });
  }
  part(first, threads == 1 ? first + count : first + each);
  for (std::thread& other : others) other.join();
}

}  // namespace messenger::bench
