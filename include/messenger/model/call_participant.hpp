#pragma once

#include <cstdint>
#include <optional>

#include "messenger/model/call.hpp"
#include "messenger/model/ids.hpp"
#include "messenger/model/time.hpp"
#include "messenger/model/user_id.hpp"

namespace messenger {

/// One user's row in a call; there is at most one for each (call, user), however often the user joins and
/// leaves.
struct CallParticipant {
  ParticipantId id;
  CallId callId;
  UserId user;
  bool kicked = false;              ///< may not join again until un-kicked
  std::optional<TimePoint> leftAt;  ///< none while in the call
  TimePoint createdAt;              ///< first joined
  TimePoint updatedAt;
  std::int64_t sequence = 0;  ///< order of joining in this storage

  [[nodiscard]] bool inCall() const noexcept { return !leftAt && !kicked; }
};

}  // namespace messenger
