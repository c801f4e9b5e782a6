#pragma once

#include <optional>

#include "messenger/contracts/call_store.hpp"
#include "messenger/model/job.hpp"

namespace messenger {

/// The maintenance switch, seen by everyone on this storage.
///
/// Atomic, isolated, durable, thread-safe and failing as CallStore is.
class Switches {
 public:
  Switches() = default;
  Switches(const Switches&) = delete;
  Switches& operator=(const Switches&) = delete;
  virtual ~Switches() = default;

  struct TakeDown {
    StorageTime until{};
    std::optional<NewJob> sweep{};  ///< stored when a call is active; its `cutoff` is filled in
  };

  /// Sets the switch and stores the sweep that will end the active calls, in one step: a call is either
  /// counted here, or refused by `unlessCallsDown`. Returns the active calls.
  virtual CallStore::ActiveSummary takeCallsDown(const TakeDown& change) = 0;

  /// Clears the switch. True: calls were down at `now`.
  virtual bool bringCallsUp(StorageTime now) = 0;

  /// Until when calls are down, if the switch is set; may lie in the past.
  [[nodiscard]] virtual std::optional<StorageTime> callsDownUntil() = 0;
};

}  // namespace messenger
