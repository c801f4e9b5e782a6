#include "adapters/memory/memory_presence.hpp"

#include <algorithm>
#include <functional>
#include <memory>

#include "messenger/adapters/memory.hpp"

namespace messenger::memory {
namespace {

using support::Lock;
using Index = PresenceShard::Index;

/// The upper bits choose the part, the lower ones the place in its table: all must be good. The last steps
/// are those of MurmurHash3's finalizer.
std::uint64_t hashOf(const CallId& call, const UserId& user) noexcept {
  const std::hash<std::string> text;
  std::uint64_t hash = text(call.value());
  hash = hash * 0x9E3779B97F4A7C15ULL + text(user.id);
  hash = hash * 0x9E3779B97F4A7C15ULL + text(user.type);
  hash ^= hash >> 33U;
  hash *= 0xFF51AFD7ED558CCDULL;
  hash ^= hash >> 33U;
  return hash;
}

/// Another thread's `now` may be a little ahead of ours: nobody is silent for less than no time.
Duration ago(SteadyPoint heardAt, SteadyPoint now) noexcept {
  return std::max(Duration::zero(), std::chrono::duration_cast<Duration>(now - heardAt));
}

/// `now - age`. Nobody was heard more than a century ago, and beyond that the sum would not fit.
SteadyPoint before(SteadyPoint now, Duration age) noexcept {
  constexpr Duration century = std::chrono::years{100};
  return now - std::clamp(age, -century, century);
}

}  // namespace

bool MemoryPresence::touch(const CallId& call, const UserId& user, const Moment& now) {
  const std::uint64_t hash = hashOf(call, user);
  Part& part = partOf(hash);
  const Lock lock(part.mutex);
  const Index slot = part.shard.find(hash, call, user);
  if (slot == PresenceShard::none) return false;
  part.shard.hear(slot, now.steady);
  return true;
}

void MemoryPresence::admit(const InCallKey& who, const Moment& now) {
  const std::uint64_t hash = hashOf(who.call, who.user);
  Part& part = partOf(hash);
  const Lock lock(part.mutex);
  const Index slot = part.shard.find(hash, who.call, who.user);
  if (slot == PresenceShard::none) {
    part.shard.insert(hash, who.call, who.user, now.steady);
  } else {
    part.shard.hear(slot, now.steady);
  }
}

void MemoryPresence::forget(const InCallKey& who) {
  const std::uint64_t hash = hashOf(who.call, who.user);
  Part& part = partOf(hash);
  const Lock lock(part.mutex);
  const Index slot = part.shard.find(hash, who.call, who.user);
  if (slot != PresenceShard::none) part.shard.erase(slot);
}

std::optional<Duration> MemoryPresence::silence(const InCallKey& who, const Moment& now) const {
  const std::uint64_t hash = hashOf(who.call, who.user);
  const Part& part = partOf(hash);
  const Lock lock(part.mutex);
  const Index slot = part.shard.find(hash, who.call, who.user);
  if (slot == PresenceShard::none) return std::nullopt;
  return ago(part.shard.heardAt(slot), now.steady);
}

std::vector<Heard> MemoryPresence::heardWithin(Duration atMost, const Moment& now) const {
  constexpr std::size_t batch = 64;
  const SteadyPoint threshold = before(now.steady, atMost);
  std::vector<Heard> result;
  std::vector<Index> slots;
  for (const Part& part : parts_) {
    slots.clear();
    {
      const Lock lock(part.mutex);
      for (Index slot = part.shard.last(); slot != PresenceShard::none; slot = part.shard.previous(slot)) {
        if (part.shard.heardAt(slot) < threshold) break;
        slots.push_back(slot);
      }
    }
    // The keys are copied a few at a time, so that no heartbeat waits for long. Who was forgotten meanwhile
    // is passed over; whoever took the slot then has just been heard.
    for (std::size_t from = 0; from < slots.size(); from += batch) {
      const Lock lock(part.mutex);
      for (std::size_t at = from; at < std::min(slots.size(), from + batch); ++at) {
        if (!part.shard.isUsed(slots[at]) || part.shard.heardAt(slots[at]) < threshold) continue;
        result.push_back({part.shard.key(slots[at]), ago(part.shard.heardAt(slots[at]), now.steady)});
      }
    }
  }
  return result;
}

}  // namespace messenger::memory

namespace messenger {

std::shared_ptr<Presence> memoryPresence() {
  return std::make_shared<memory::MemoryPresence>();
}

}  // namespace messenger
