#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <set>
#include <unordered_map>
#include <variant>
#include <vector>

#include "actions/meter.hpp"
#include "events/event_bus.hpp"
#include "messenger/contracts/broadcaster.hpp"
#include "messenger/contracts/logger.hpp"
#include "messenger/model/ids.hpp"
#include "support/mutex.hpp"

namespace messenger::inline v0::actions {

/// The broadcasts and events of a committed change, in this order.
using Effect = std::variant<Broadcast, Event>;
using Effects = std::vector<Effect>;

/// Delivers the effects of each call in the order in which its changes were committed, one at a time, with no
/// lock held.
///
/// A lock around the commit could give this order, but a host's storage must not be called under one. So each
/// change takes a ticket before its commit, and submits its effects with the revision from the commit.
/// Effects wait only for tickets that were open when they were submitted: a later ticket commits later and
/// has a higher revision. The OS thread that closes the last of these tickets delivers, for the others too.
/// Thread-safe.
class Delivery {
 public:
  /// The arguments outlive this object. `meter` counts each event before its listeners hear of it.
  Delivery(events::EventBus& bus, Broadcaster& broadcaster, Logger& logger, Meter& meter);
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;
  ~Delivery() = default;

  /// A change that has not been delivered yet. If it is destroyed without `deliver`, it committed nothing.
  class Ticket {
   public:
    Ticket(Delivery& delivery, CallId call);
    ~Ticket();
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;

    /// To be called when the change was committed, with the revision that it gave the call. Returns when the
    /// effects are delivered, or left to another OS thread that is delivering for the same call. Exceptions
    /// from host code are not passed on.
    void deliver(std::int64_t revision, Effects effects);

   private:
    Delivery& delivery_;
    CallId call_;
    std::uint64_t number_;
    bool open_ = true;
  };

  /// Delivers effects that do not belong to a single call, at once.
  void deliverUnordered(const Effects& effects);

 private:
  struct Batch {
    std::int64_t revision;
    std::uint64_t waitsFor;  ///< delivered when no ticket up to this number is open
    Effects effects;
  };

  struct Strand {
    std::set<std::uint64_t> open;
    std::deque<Batch> waiting;  ///< by revision; many when a listener is slow
    std::uint64_t lastNumber = 0;
    bool delivering = false;
  };

  struct Shard {
    support::Mutex mutex;
    std::unordered_map<CallId, Strand> strands MESSENGER_GUARDED_BY(mutex);
  };

  Shard& shardOf(const CallId& call);
  std::uint64_t open(const CallId& call);
  void close(const CallId& call, std::uint64_t number, Batch* batch);
  /// `lock` holds the shard. It is released while host code runs, which clang's analysis cannot follow.
  void drain(Shard& shard, const CallId& call, support::Lock& lock) MESSENGER_NO_THREAD_SAFETY_ANALYSIS;
  void deliverOne(const Effect& effect) noexcept;
  void emit(const Event& event);

  events::EventBus& bus_;
  Broadcaster& broadcaster_;
  Logger& logger_;
  Meter& meter_;
  std::array<Shard, 16> shards_;
};

}  // namespace messenger::actions
