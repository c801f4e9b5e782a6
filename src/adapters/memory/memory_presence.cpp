#include "adapters/memory/memory_presence.hpp"

#include <algorithm>
#include <memory>
#include <random>
#include <tuple>
#include <utility>

#include "adapters/memory/presence_text.hpp"
#include "messenger/adapters/memory.hpp"

namespace messenger::inline v0::memory {
namespace {

using support::Lock;
using Index = PresenceShard::Index;

/// Another OS thread's `now` may be a little ahead; a time in the future counts as now.
Duration ago(SteadyPoint lastSeen, SteadyPoint now) noexcept {
  return std::max(Duration::zero(),
                  std::chrono::duration_cast<Duration>(saturatingDifference(now, lastSeen)));
}

/// `now - age`. An age of more than a century is cut, because the result would overflow.
SteadyPoint before(SteadyPoint now, Duration age) noexcept {
  constexpr Duration century = std::chrono::years{100};
  return now - std::clamp(age, -century, century);
}

/// Keeps the latest entry of each session among those from `first` on.
void removeDuplicates(std::vector<LastSeen>& seen, std::size_t first) {
  const auto key = [](const LastSeen& one) {
    return std::tie(one.who.call, one.who.user.type, one.who.user.id, one.who.device);
  };
  const auto begin = seen.begin() + static_cast<std::ptrdiff_t>(first);
  std::sort(begin, seen.end(), [&](const LastSeen& left, const LastSeen& right) {
    return std::tuple_cat(key(left), std::tie(left.ago)) < std::tuple_cat(key(right), std::tie(right.ago));
  });
  const auto same = [](const LastSeen& left, const LastSeen& right) { return left.who == right.who; };
  seen.erase(std::unique(begin, seen.end(), same), seen.end());
}

std::uint64_t randomSeed() {
  std::random_device random;
  return std::uint64_t{random()} << 32U | random();
}

}  // namespace

MemoryPresence::MemoryPresence() : seed_(randomSeed()) {}

/// The texts are hashed independently, so that the processor can do it in parallel. The upper bits of
/// the sum choose the part, the lower ones the slot in its table, so all bits must be well mixed.
std::uint64_t MemoryPresence::hashOf(const CallId& call, const UserId& user,
                                     const DeviceId& device) const noexcept {
  const std::uint64_t ofCall = hashOfText(call.value(), seed_);
  const std::uint64_t ofType = hashOfText(user.type, ~seed_);
  const std::uint64_t ofUser = hashOfText(user.id, seed_ << 32U | seed_ >> 32U);
  const std::uint64_t ofDevice =
      device.empty() ? 0 : mixed(hashOfText(device.value(), seed_ ^ ~seed_ << 16U));
  return mixed(mixed(mixed(ofUser) + ofType) ^ ofCall ^ ofDevice);
}

void MemoryPresence::prefetch(const Part& part, std::uint32_t hash) noexcept {
  part.shard.prefetch(hash);
}

template <class ReadClock>
Presence::Touched MemoryPresence::touchAt(const CallId& call, const UserId& user, const DeviceId& device,
                                          ReadClock&& readClock) {
  const std::uint64_t hash = hashOf(call, user, device);
  const auto inPart = static_cast<std::uint32_t>(hash);
  Part& part = partOf(hash);
  prefetch(part, inPart);
  const SteadyPoint now = std::forward<ReadClock>(readClock)();
  const Lock lock(part.mutex);
  const Index slot = part.shard.find(inPart, call, user, device);
  if (slot == PresenceShard::none) return {false, now};
  part.shard.see(slot, now);
  return {true, now};
}

bool MemoryPresence::touch(const CallId& call, const UserId& user, const DeviceId& device, SteadyPoint now) {
  return touchAt(call, user, device, [&] { return now; }).tracked;
}

Presence::Touched MemoryPresence::touchNow(const CallId& call, const UserId& user, const DeviceId& device,
                                           const Clock& clock) {
  return touchAt(call, user, device, [&] { return clock.steady(); });
}

void MemoryPresence::track(const SessionKey& who, std::int64_t revision, SteadyPoint now) {
  const std::uint64_t hash = hashOf(who);
  const auto inPart = static_cast<std::uint32_t>(hash);
  Part& part = partOf(hash);
  const Lock lock(part.mutex);
  const Index slot = part.shard.find(inPart, who.call, who.user, who.device);
  if (slot == PresenceShard::none) {
    part.shard.insert(inPart, who, revision, now);
  } else {
    part.shard.see(slot, now);
    part.shard.raise(slot, revision);
  }
}

void MemoryPresence::untrack(const SessionKey& who, std::int64_t revision) {
  const std::uint64_t hash = hashOf(who);
  Part& part = partOf(hash);
  const Lock lock(part.mutex);
  const Index slot = part.shard.find(static_cast<std::uint32_t>(hash), who.call, who.user, who.device);
  if (slot != PresenceShard::none && part.shard.revision(slot) <= revision) part.shard.erase(slot);
}

std::optional<Duration> MemoryPresence::sinceLastSeen(const SessionKey& who, SteadyPoint now) const {
  const std::uint64_t hash = hashOf(who);
  const Part& part = partOf(hash);
  const Lock lock(part.mutex);
  const Index slot = part.shard.find(static_cast<std::uint32_t>(hash), who.call, who.user, who.device);
  if (slot == PresenceShard::none) return std::nullopt;
  return ago(part.shard.lastSeen(slot), now);
}

/// Heartbeats may come between two batches. When slots moved meanwhile, the part is read again from the
/// start; a session that was untracked and tracked again meanwhile may appear twice.
void MemoryPresence::appendSeen(const Part& part, SteadyPoint threshold, SteadyPoint now,
                                std::vector<LastSeen>& to) {
  const std::size_t first = to.size();
  PresenceShard::Batch batch;
  std::uint32_t generation = 0;
  std::uint32_t erasuresBefore = 0;
  std::uint32_t erasures = 0;
  Index next = 0;
  while (next != PresenceShard::none) {
    batch.clear();
    {
      const Lock lock(part.mutex);
      erasures = part.shard.erasures();
      if (next == 0 || part.shard.generation() != generation) {
        to.resize(first);
        generation = part.shard.generation();
        erasuresBefore = erasures;
        next = 0;
      }
      next = part.shard.collect(next, threshold, batch);
    }
    for (std::size_t at = 0; at < batch.size(); ++at) {
      to.push_back({batch.nextKey(at), ago(batch.lastSeen(at), now)});
    }
  }
  if (erasures != erasuresBefore) removeDuplicates(to, first);
}

std::vector<LastSeen> MemoryPresence::seenWithin(Duration atMost, SteadyPoint now) const {
  const SteadyPoint threshold = before(now, atMost);
  std::vector<LastSeen> result;
  for (const Part& part : parts_) appendSeen(part, threshold, now, result);
  return result;
}

}  // namespace messenger::memory

namespace messenger::inline v0 {

std::shared_ptr<Presence> memoryPresence() {
  return std::make_shared<memory::MemoryPresence>();
}

}  // namespace messenger
