#include "adapters/memory/presence_shard.hpp"

#include <string_view>

namespace messenger::memory {

PresenceShard::PresenceShard() : table_(16) {}

bool PresenceShard::matches(const Key& key, const CallId& call, const UserId& user) const noexcept {
  const std::string_view text = key.text;
  return key.callSize == call.value().size() && key.typeSize == user.type.size() &&
         text.size() == call.value().size() + user.type.size() + user.id.size() &&
         text.starts_with(call.value()) && text.substr(key.callSize, key.typeSize) == user.type &&
         text.substr(std::size_t{key.callSize} + key.typeSize) == user.id;
}

PresenceShard::Index PresenceShard::find(std::uint64_t hash, const CallId& call,
                                         const UserId& user) const noexcept {
  const std::size_t mask = table_.size() - 1;
  const auto shortHash = static_cast<std::uint32_t>(hash);
  for (std::size_t at = shortHash & mask; table_[at].slot != none; at = (at + 1) & mask) {
    const Entry& entry = table_[at];
    if (entry.hash == shortHash && matches(keys_[entry.slot], call, user)) return entry.slot;
  }
  return none;
}

void PresenceShard::hear(Index slot, SteadyPoint at) noexcept {
  if (at <= places_[slot].heardAt) return;
  unlink(slot);
  places_[slot].heardAt = at;
  link(slot);
}

void PresenceShard::unlink(Index slot) noexcept {
  const Place& place = places_[slot];
  (place.previous == none ? first_ : places_[place.previous].next) = place.next;
  (place.next == none ? last_ : places_[place.next].previous) = place.previous;
}

/// Threads come with moments that differ by a little, so the right place is at the end or close to it.
void PresenceShard::link(Index slot) noexcept {
  Place& place = places_[slot];
  Index before = last_;
  while (before != none && places_[before].heardAt > place.heardAt) before = places_[before].previous;
  place.previous = before;
  place.next = before == none ? first_ : places_[before].next;
  (place.previous == none ? first_ : places_[place.previous].next) = slot;
  (place.next == none ? last_ : places_[place.next].previous) = slot;
}

PresenceShard::Index PresenceShard::takeSlot() {
  if (free_ != none) {
    const Index slot = free_;
    free_ = places_[slot].next;
    return slot;
  }
  const auto slot = static_cast<Index>(keys_.size());
  if (keys_.size() == keys_.capacity()) keys_.reserve(keys_.size() * 2 + 16);
  places_.emplace_back();
  keys_.emplace_back();
  return slot;
}

void PresenceShard::insert(std::uint64_t hash, const CallId& call, const UserId& user, SteadyPoint at) {
  std::string text;
  text.reserve(call.value().size() + user.type.size() + user.id.size());
  text.append(call.value()).append(user.type).append(user.id);
  if ((size_ + 1) * 4 > table_.size() * 3) grow();
  const Index slot = takeSlot();

  Key& key = keys_[slot];
  key.text = std::move(text);
  key.callSize = static_cast<std::uint32_t>(call.value().size());
  key.typeSize = static_cast<std::uint32_t>(user.type.size());
  key.hash = static_cast<std::uint32_t>(hash);
  places_[slot].heardAt = at;
  link(slot);
  addEntry(key.hash, slot);
  ++size_;
}

void PresenceShard::erase(Index slot) noexcept {
  removeEntry(slot);
  unlink(slot);
  keys_[slot].text = std::string{};
  keys_[slot].callSize = unused;
  places_[slot].next = free_;
  free_ = slot;
  --size_;
}

InCallKey PresenceShard::key(Index slot) const {
  const Key& key = keys_[slot];
  const std::size_t userAt = std::size_t{key.callSize} + key.typeSize;
  return {CallId{key.text.substr(0, key.callSize)},
          UserId{key.text.substr(key.callSize, key.typeSize), key.text.substr(userAt)}};
}

void PresenceShard::addEntry(std::uint32_t hash, Index slot) noexcept {
  const std::size_t mask = table_.size() - 1;
  std::size_t at = hash & mask;
  while (table_[at].slot != none) at = (at + 1) & mask;
  table_[at] = {hash, slot};
}

/// Closes the gap by moving back what was pushed behind it, so that no tombstones pile up.
void PresenceShard::removeEntry(Index slot) noexcept {
  const std::size_t mask = table_.size() - 1;
  std::size_t gap = keys_[slot].hash & mask;
  while (table_[gap].slot != slot) gap = (gap + 1) & mask;
  for (std::size_t at = (gap + 1) & mask; table_[at].slot != none; at = (at + 1) & mask) {
    const std::size_t home = table_[at].hash & mask;
    if (((at - home) & mask) < ((at - gap) & mask)) continue;
    table_[gap] = table_[at];
    gap = at;
  }
  table_[gap] = {};
}

void PresenceShard::grow() {
  std::vector<Entry> old(table_.size() * 2);
  old.swap(table_);
  for (const Entry& entry : old) {
    if (entry.slot != none) addEntry(entry.hash, entry.slot);
  }
}

}  // namespace messenger::memory
