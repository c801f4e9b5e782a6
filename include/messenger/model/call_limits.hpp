#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "messenger/export.hpp"

namespace messenger::inline v0 {

/// How large a call may be, and how long it may last. The times are kept by timers, which are jobs: they need
/// a Worker, `Messenger::poll` or `Jobs::runPending`, also in synchronous mode. An idle worker sees that one
/// is due within `jobs.pollInterval`. They are stored with the call at its start: what changes later holds
/// for the calls after it.
struct MESSENGER_EXPORT CallLimits {
  /// How many may be in a call at the same time; who comes then is refused with callFull. Zero: any number.
  /// Zero, or 2 to 1,000,000.
  std::size_t participants = 0;
  /// A call ends this long after its start (EndReason::maxDuration). Zero: never. Zero, or one second to 30
  /// days.
  std::chrono::milliseconds duration{0};
  /// How long before that CallEnding warns those who are in the call. Zero, or as long as `duration` or
  /// longer: not at all. Zero to one day.
  std::chrono::milliseconds warning = std::chrono::minutes{1};
  /// A call ends when only one participant has been in it for this long, from its start or since the others
  /// left (EndReason::alone). Zero: never. Zero, or one second to one day.
  std::chrono::milliseconds alone{0};
  /// A call that the last participant has left goes on empty for this long, so that they may come back; then
  /// it ends (EndReason::lastLeft). Zero: it ends at once. Zero, or one second to one hour.
  std::chrono::milliseconds emptyGrace{0};

  /// Names the first field that is out of bounds, its value and its bounds, as `prefix` + field; empty when
  /// none is.
  [[nodiscard]] std::optional<std::string> whyNot(const std::string& prefix = {}) const;

  friend bool operator==(const CallLimits&, const CallLimits&) = default;
};

}  // namespace messenger
