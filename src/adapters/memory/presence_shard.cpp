#include "adapters/memory/presence_shard.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "adapters/memory/presence_text.hpp"

namespace messenger::inline v0::memory {
namespace {

void copyTo(char* at, const std::array<std::string_view, 4>& texts) noexcept {
  for (const std::string_view text : texts) at = std::copy(text.begin(), text.end(), at);
}

/// REQUIRES: their sizes are those of the stored texts, which follow each other.
bool areAt(const char* at, const std::array<std::string_view, 4>& texts) noexcept {
  return sameText(at, texts[0]) && sameText(at + texts[0].size(), texts[1]) &&
         sameText(at + texts[0].size() + texts[1].size(), texts[2]) &&
         sameText(at + texts[0].size() + texts[1].size() + texts[2].size(), texts[3]);
}

std::size_t total(const PresenceShard::Sizes& sizes) noexcept {
  return std::accumulate(sizes.begin(), sizes.end(), std::size_t{0});
}

constexpr std::uint64_t inEachByte(std::uint8_t value) noexcept {
  return value * std::uint64_t{0x0101010101010101};
}
/// The top bit of each byte that is zero. A byte of 1 next to a zero may be marked too.
constexpr std::uint64_t zeroBytes(std::uint64_t word) noexcept {
  return (word - inEachByte(1)) & ~word & inEachByte(0x80);
}
/// Removes the first marked byte, in memory order, from `marks`.
unsigned takeFirst(std::uint64_t& marks) noexcept {
  if constexpr (std::endian::native == std::endian::little) {
    const auto at = static_cast<unsigned>(std::countr_zero(marks));
    marks &= marks - 1;
    return at / 8;
  } else {
    const auto at = static_cast<unsigned>(std::countl_zero(marks));
    marks &= ~(std::uint64_t{1} << (63U - at));
    return at / 8;
  }
}

}  // namespace

PresenceShard::~PresenceShard() {
  for (Index slot = 0; slot < capacity_; ++slot) {
    if (tags_[slot] > erased) delete longTexts(slots_[slot]);
  }
}

PresenceShard::LongTexts* PresenceShard::longTexts(const Slot& slot) noexcept {
  if (static_cast<std::uint32_t>(slot.label) != isLong) return nullptr;
  LongTexts* texts = nullptr;
  std::memcpy(&texts, slot.text.data(), sizeof texts);  // NOLINT(bugprone-sizeof-expression): the pointer
  return texts;
}

bool PresenceShard::matchesLong(const Slot& slot, const Texts& texts) noexcept {
  const LongTexts* const there = longTexts(slot);
  for (std::size_t at = 0; at < texts.size(); ++at) {
    if (there->sizes[at] != texts[at].size()) return false;
  }
  return areAt(there->text.get(), texts);
}

void PresenceShard::write(Slot& slot, std::uint32_t hash, const Texts& texts) {
  slot.label = labelOf(hash, texts);
  if (static_cast<std::uint32_t>(slot.label) != isLong) return copyTo(slot.text.data(), texts);
  const Sizes sizes{texts[0].size(), texts[1].size(), texts[2].size(), texts[3].size()};
  auto elsewhere =
      std::make_unique<LongTexts>(LongTexts{sizes, std::make_unique_for_overwrite<char[]>(total(sizes))});
  copyTo(elsewhere->text.get(), texts);
  LongTexts* const pointer = elsewhere.release();
  std::memcpy(slot.text.data(), &pointer, sizeof pointer);  // NOLINT(bugprone-sizeof-expression): the pointer
}

void PresenceShard::prefetch(std::uint32_t hash) const noexcept {
  constexpr std::uintptr_t usual = 2;  // most are found in one of the first two slots
  const std::uintptr_t home = homeOf(hash, capacityAt_.load(std::memory_order_relaxed));
  const std::uintptr_t slot = slotsAt_.load(std::memory_order_relaxed) + home * sizeof(Slot);
  const std::uintptr_t tag = tagsAt_.load(std::memory_order_relaxed) + home;
  // NOLINTBEGIN(performance-no-int-to-ptr): never dereferenced
  __builtin_prefetch(reinterpret_cast<const void*>(tag));
  for (std::uintptr_t at = 0; at < usual; ++at) {
    __builtin_prefetch(reinterpret_cast<const void*>(slot + at * sizeof(Slot)), /*rw=*/1);
  }
  // NOLINTEND(performance-no-int-to-ptr)
}

PresenceShard::Index PresenceShard::find(std::uint32_t hash, const CallId& call, const UserId& user,
                                         const DeviceId& device) const noexcept {
  if (capacity_ == 0) return none;
  const Texts texts = textsOf(call, user, device);
  const std::uint64_t label = labelOf(hash, texts);
  const std::uint64_t wanted = inEachByte(tagOf(hash));
  Index at = homeOf(hash, capacity_);
  while (true) {
    const std::uint64_t tags = readWord<std::uint64_t>(reinterpret_cast<const char*>(&tags_[at]));
    for (std::uint64_t marks = zeroBytes(tags ^ wanted); marks != 0;) {
      Index index = at + takeFirst(marks);
      if (index >= capacity_) index -= capacity_;
      const Slot& slot = slots_[index];
      if (slot.label != label) continue;
      const bool isInline = static_cast<std::uint32_t>(label) != isLong;
      if (isInline ? areAt(slot.text.data(), texts) : matchesLong(slot, texts)) return index;
    }
    if (zeroBytes(tags) != 0) return none;
    at += group;
    if (at >= capacity_) at -= capacity_;
  }
}

PresenceShard::Index PresenceShard::firstFree(const Tag* tags, std::uint32_t hash, Index capacity) noexcept {
  Index at = homeOf(hash, capacity);
  while (tags[at] > erased) at = at + 1 == capacity ? 0 : at + 1;
  return at;
}

void PresenceShard::setTag(Tag* tags, Index capacity, Index slot, Tag tag) noexcept {
  tags[slot] = tag;
  if (slot < group) tags[capacity + slot] = tag;
}

void PresenceShard::insert(std::uint32_t hash, const SessionKey& who, std::int64_t revision, SteadyPoint at) {
  makeRoom();
  const Index index = firstFree(tags_.get(), hash, capacity_);
  Slot& slot = slots_[index];
  write(slot, hash, textsOf(who.call, who.user, who.device));
  slot.lastSeen = at;
  slot.revision = stored(revision);
  if (tags_[index] == unused) ++filled_;
  setTag(tags_.get(), capacity_, index, tagOf(hash));
  ++size_;
}

/// No search passes a slot before an unused one, so it needs no mark.
void PresenceShard::erase(Index slot) noexcept {
  delete longTexts(slots_[slot]);
  const Index next = slot + 1 == capacity_ ? 0 : slot + 1;
  const bool ends = tags_[next] == unused;
  if (ends) --filled_;
  setTag(tags_.get(), capacity_, slot, ends ? unused : erased);
  --size_;
  ++erasures_;
}

/// At most seven eighths are filled. A new table is only a little larger than needed, to save memory: seven
/// tenths of it are in use.
void PresenceShard::makeRoom() {
  constexpr Index smallest = 16;
  if ((std::uint64_t{filled_} + 1) * 8 <= std::uint64_t{capacity_} * 7) return;
  const std::uint64_t wanted = std::uint64_t{size_} * 10 / 7 + 1;
  if (wanted >= none / 2) throw std::length_error("presence: too many sessions");
  rebuild(std::max(smallest, static_cast<Index>(wanted)));
}

void PresenceShard::rebuild(Index capacity) {
  auto slots = std::make_unique_for_overwrite<Slot[]>(capacity);
  auto tags = std::make_unique<Tag[]>(std::size_t{capacity} + group);
  for (Index from = 0; from < capacity_; ++from) {
    if (tags_[from] <= erased) continue;
    const Index to = firstFree(tags.get(), hashIn(slots_[from]), capacity);
    slots[to] = slots_[from];
    setTag(tags.get(), capacity, to, tags_[from]);
  }
  slots_ = std::move(slots);
  tags_ = std::move(tags);
  capacity_ = capacity;
  filled_ = size_;
  ++generation_;
  slotsAt_.store(reinterpret_cast<std::uintptr_t>(slots_.get()), std::memory_order_relaxed);
  tagsAt_.store(reinterpret_cast<std::uintptr_t>(tags_.get()), std::memory_order_relaxed);
  capacityAt_.store(capacity, std::memory_order_relaxed);
}

PresenceShard::Batch::Batch() {
  entries_.reserve(capacity);
  texts_.reserve(capacity * inlineSize);
}

void PresenceShard::Batch::clear() noexcept {
  entries_.clear();
  texts_.clear();
  read_ = 0;
}

SessionKey PresenceShard::Batch::nextKey(std::size_t at) {
  const auto next = [&](std::size_t size) {
    read_ += size;
    return texts_.substr(read_ - size, size);
  };
  const auto& sizes = entries_[at].sizes;
  CallId call{next(sizes[0])};
  std::string type = next(sizes[1]);
  std::string id = next(sizes[2]);
  return {std::move(call), UserId{std::move(type), std::move(id)}, DeviceId{next(sizes[3])}};
}

PresenceShard::Index PresenceShard::collect(Index from, SteadyPoint threshold, Batch& batch) const {
  constexpr Index atOnce = 256;
  const Index end = std::min(capacity_, from + atOnce);
  for (; from < end && batch.entries_.size() < Batch::capacity; ++from) {
    if (tags_[from] <= erased || slots_[from].lastSeen < threshold) continue;
    const Slot& slot = slots_[from];
    const LongTexts* const elsewhere = longTexts(slot);
    const Batch::Entry entry{slot.lastSeen, elsewhere != nullptr ? elsewhere->sizes : sizesIn(slot)};
    const char* const text = elsewhere != nullptr ? elsewhere->text.get() : slot.text.data();
    batch.texts_.append(text, total(entry.sizes));
    batch.entries_.push_back(entry);
  }
  return from < capacity_ ? from : none;
}

}  // namespace messenger::memory
