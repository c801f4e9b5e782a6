#pragma once

#include <cstdint>
#include <optional>

#include "messenger/model/call.hpp"
#include "messenger/model/ids.hpp"
#include "messenger/model/time.hpp"
#include "messenger/model/user_id.hpp"

namespace messenger::inline v0 {

/// One user's row in a call; there is at most one for each (call, user), however often the user joins and
/// leaves.
struct CallParticipant {
  ParticipantId id;                 ///< unique in the storage
  CallId callId;                    ///< the call
  UserId user;                      ///< who it is
  bool kicked = false;              ///< may not join again until un-kicked
  std::optional<TimePoint> leftAt;  ///< none while in the call
  TimePoint createdAt;              ///< first joined
  TimePoint updatedAt;              ///< of the last change
  std::int64_t sequence = 0;        ///< order of joining in this storage

  /// Joined, not left, not kicked.
  [[nodiscard]] bool inCall() const noexcept { return !leftAt && !kicked; }
};

}  // namespace messenger
