#include "actions/delivery.hpp"

#include <algorithm>

#include "actions/log.hpp"
#include "support/thrown.hpp"

namespace messenger::inline v0::actions {

Delivery::Delivery(events::EventBus& bus, Broadcaster& broadcaster, Logger& logger, Meter& meter)
    : bus_(bus), broadcaster_(broadcaster), logger_(logger), meter_(meter) {}

Delivery::Ticket::Ticket(Delivery& delivery, CallId call)
    : delivery_(delivery), call_(std::move(call)), number_(delivery_.open(call_)) {}

Delivery::Ticket::~Ticket() {
  if (open_) delivery_.close(call_, number_, nullptr);
}

void Delivery::Ticket::deliver(std::int64_t revision, Effects effects) {
  Batch batch{revision, 0, std::move(effects)};
  open_ = false;
  delivery_.close(call_, number_, &batch);
}

void Delivery::deliverUnordered(const Effects& effects) {
  for (const Effect& effect : effects) deliverOne(effect);
}

Delivery::Shard& Delivery::shardOf(const CallId& call) {
  return shards_.at(std::hash<CallId>{}(call) % shards_.size());
}

std::uint64_t Delivery::open(const CallId& call) {
  Shard& shard = shardOf(call);
  const support::Lock lock(shard.mutex);
  Strand& strand = shard.strands[call];
  strand.open.insert(++strand.lastNumber);
  return strand.lastNumber;
}

void Delivery::close(const CallId& call, std::uint64_t number, Batch* batch) {
  Shard& shard = shardOf(call);
  support::Lock lock(shard.mutex);
  Strand& strand = shard.strands[call];
  strand.open.erase(number);
  if (batch != nullptr) {
    batch->waitsFor = strand.lastNumber;
    const auto behind =
        std::upper_bound(strand.waiting.begin(), strand.waiting.end(), batch->revision,
                         [](std::int64_t revision, const Batch& other) { return revision < other.revision; });
    // A ticket that opened after a later change was submitted commits after that one, and so after this one.
    if (behind != strand.waiting.end()) batch->waitsFor = std::min(batch->waitsFor, behind->waitsFor);
    strand.waiting.insert(behind, std::move(*batch));
  }
  drain(shard, call, lock);
}

void Delivery::drain(Shard& shard, const CallId& call, support::Lock& lock) {
  // Looked up again after each delivery, because others may have changed the table meanwhile. The strand
  // itself stays while `delivering`.
  for (;;) {
    const auto found = shard.strands.find(call);
    if (found == shard.strands.end() || found->second.delivering) return;
    Strand& strand = found->second;
    if (strand.waiting.empty()) {
      if (strand.open.empty()) shard.strands.erase(found);
      return;
    }
    if (!strand.open.empty() && *strand.open.begin() <= strand.waiting.front().waitsFor) return;

    const Effects effects = std::move(strand.waiting.front().effects);
    strand.waiting.pop_front();
    strand.delivering = true;
    lock.unlock();
    for (const Effect& effect : effects) deliverOne(effect);
    lock.lock();
    shard.strands[call].delivering = false;
  }
}

void Delivery::emit(const Event& event) {
  meter_.count(event);
  bus_.emit(event);
}

void Delivery::deliverOne(const Effect& effect) noexcept {
  try {
    if (const auto* event = std::get_if<Event>(&effect)) return emit(*event);
    const auto& broadcast = std::get<Broadcast>(effect);
    std::string error;
    try {
      broadcaster_.broadcast(broadcast);
      return;
    } catch (...) {
      error = support::whatWasThrown();
    }
    logSafely(logger_, LogLevel::warning, "a broadcast failed",
              {{"broadcast", broadcast.event}, {"call", broadcast.call.value()}, {"error", error}});
    emit(BroadcastFailed{broadcast.call, broadcast.event, error});
  } catch (...) {
    logSafely(logger_, LogLevel::error, "delivering failed", {{"error", support::whatWasThrown()}});
  }
}

}  // namespace messenger::actions
