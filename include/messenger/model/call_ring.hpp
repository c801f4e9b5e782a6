#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "messenger/export.hpp"
#include "messenger/model/call.hpp"
#include "messenger/model/call_participant.hpp"
#include "messenger/model/time.hpp"
#include "messenger/model/user_id.hpp"

namespace messenger::inline v0 {

/// What became of ringing a callee. All but `ringing` are final: only `Messenger::ring` begins again. Stored:
/// never renumber.
enum class RingState : std::uint8_t {
  ringing = 1,
  answered = 2,   ///< the callee joined
  declined = 3,   ///< the callee ignored the call
  missed = 4,     ///< nobody answered in time, or the call ended before the callee answered
  cancelled = 5,  ///< it came to nothing, and nobody missed it: the callee is no member any more, or the call
                  ///< had to end (setupFailed, maintenance, host)
  busy = 6,       ///< was in another call, and was not rung: `Config::Ringing::whenBusy`
};

/// `ringing`, `answered`, …: the enumerator's own name.
MESSENGER_EXPORT [[nodiscard]] std::string_view toString(RingState state) noexcept;

/// Why the devices of a callee stop ringing.
enum class RingStop : std::uint8_t {
  answered,   ///< by the callee, on one of them
  declined,   ///< by the callee
  missed,     ///< nobody answered in time
  cancelled,  ///< the call ended before it was one, or the callee is no member any more
  ended,      ///< the call ended with several in it
};

/// `answered`, `declined`, …: the enumerator's own name.
MESSENGER_EXPORT [[nodiscard]] std::string_view toString(RingStop why) noexcept;

/// One callee of a call: a member of its thread who was rung. There is at most one for each (call, callee).
struct CallRing {
  UserId user;                           ///< the callee
  RingState state = RingState::ringing;  ///< of this callee, on all devices
  TimePoint rangAt;                      ///< when it began to ring, the last time
  TimePoint updatedAt;                   ///< when it got its state
  StorageTime since{};                   ///< `rangAt` on the storage's clock
  /// Of one that rings: when it stops by itself. None: with the call.
  std::optional<StorageTime> until{};
  bool seen = false;  ///< missed or busy, and the callee has seen that (`Messenger::markMissedSeen`)

  /// It rings now.
  [[nodiscard]] bool rings() const noexcept { return state == RingState::ringing; }
  /// The callee has missed the call.
  [[nodiscard]] bool isMissed() const noexcept {
    return state == RingState::missed || state == RingState::busy;
  }
};

/// A call with its room, and one user's rows in it. For storages; hosts get a CallView.
struct CallSnapshot {
  CallWithRoom call;                        ///< as it is now
  std::optional<CallParticipant> viewer{};  ///< the user's own row, if they ever joined
  std::optional<CallRing> ring{};           ///< their own ring, if they were ever rung
  std::vector<UserId> with{};  ///< others who were ever in it, in the order of joining, where asked for
};

}  // namespace messenger
