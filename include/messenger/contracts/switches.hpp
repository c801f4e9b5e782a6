#pragma once

#include <optional>

#include "messenger/contracts/call_store.hpp"
#include "messenger/export.hpp"
#include "messenger/model/job.hpp"

namespace messenger::inline v0 {

/// The maintenance switch, for all processes on this storage.
///
/// Atomic, isolated, durable and thread-safe; fails as CallStore does.
class MESSENGER_EXPORT Switches {
 public:
  Switches() = default;
  Switches(const Switches&) = delete;
  Switches& operator=(const Switches&) = delete;
  virtual ~Switches() = default;

  /// How to take calls down.
  struct TakeDown {
    StorageTime until{};            ///< calls are refused before this time
    std::optional<NewJob> sweep{};  ///< stored when a call is active; the storage fills in its `cutoff`
  };

  /// Sets the switch and stores the sweep that will end the active calls, in one step. So every call is
  /// either counted here or refused by `unlessCallsDown`. Returns the active calls.
  virtual CallStore::ActiveSummary takeCallsDown(const TakeDown& change) = 0;

  /// Clears the switch. True: calls were down at `now`.
  virtual bool bringCallsUp(StorageTime now) = 0;

  /// When the switch is set: until when calls are down. The time may be in the past.
  [[nodiscard]] virtual std::optional<StorageTime> callsDownUntil() = 0;
};

}  // namespace messenger
