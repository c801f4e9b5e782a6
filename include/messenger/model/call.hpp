#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include "messenger/export.hpp"
#include "messenger/model/call_limits.hpp"
#include "messenger/model/ids.hpp"
#include "messenger/model/room.hpp"
#include "messenger/model/time.hpp"
#include "messenger/model/user_id.hpp"

namespace messenger::inline v0 {

/// Stored and sent: never renumber.
enum class CallType : std::uint8_t { video = 1, audio = 2 };

/// `video`, `audio`.
MESSENGER_EXPORT [[nodiscard]] std::string_view toString(CallType type) noexcept;

/// Why a call ended. Stored: never renumber.
enum class EndReason : std::uint8_t {
  hungUp = 1,       ///< a participant ended it for everyone
  lastLeft = 2,     ///< the last participant left, was kicked or was removed from the thread; with
                    ///< `CallLimits::emptyGrace`, and nobody came back
  inactive = 3,     ///< the activity check evicted the last participant
  declined = 4,     ///< the other side of a private thread ignored it
  setupFailed = 5,  ///< the room could not be made
  maintenance = 6,  ///< calls were taken down for maintenance
  host = 7,         ///< the host ended it
  alone = 8,        ///< only one participant was in it for longer than `CallLimits::alone`
  maxDuration = 9,  ///< it lasted as long as `CallLimits::duration` allows
  noAnswer = 10,    ///< the other side of a private thread did not answer in time
};

/// `hungUp`, `lastLeft`, …: the enumerator's own name.
MESSENGER_EXPORT [[nodiscard]] std::string_view toString(EndReason reason) noexcept;

/// A call in a thread, without its room. A value: the call at the moment it was read.
struct Call {
  CallId id;                        ///< unique in the storage
  ThreadId threadId;                ///< of one thread, for ever
  UserId owner;                     ///< who started it
  CallType type = CallType::video;  ///< of the start; it does not change
  CallLimits limits{};              ///< as given at the start, or those of the Config then
  std::string data{};               ///< the host's own: `StartOptions::data`
  TimePoint createdAt;              ///< when it was started
  TimePoint updatedAt;              ///< of the last change

  std::optional<TimePoint> endedAt;    ///< none while it is active
  std::optional<EndReason> endReason;  ///< set exactly when `endedAt` is
  std::optional<UserId> endedBy;       ///< the user who ended it; none for a job, a command or the host

  bool setupComplete = false;     ///< the room exists, and its details are recorded
  bool teardownComplete = false;  ///< the room was destroyed, or there never was one
  bool roomMayExist = false;      ///< a `create` has begun, and no `destroy` has succeeded since

  std::int64_t sequence = 0;  ///< order of creation in this storage, for paging
  std::int64_t revision = 0;  ///< grows with every change of the call or of its participants

  /// Not ended.
  [[nodiscard]] bool active() const noexcept { return !endedAt.has_value(); }

  /// From the start to the end, never negative; none while it is active.
  [[nodiscard]] std::optional<Duration> duration() const {
    return endedAt ? std::optional<Duration>{std::max(Duration::zero(),
                                                      saturatingDifference(*endedAt, createdAt))}
                   : std::nullopt;
  }
};

/// A call and its room at the provider, for a VideoDriver and a storage. Results, events, broadcasts and
/// views contain a Call, so that putting a room into one of them does not compile.
struct CallWithRoom : Call {
  /// What `create` returned; empty until it is recorded.
  std::optional<Room> room;

  /// The call without its room.
  [[nodiscard]] const Call& plain() const noexcept { return *this; }
};

}  // namespace messenger
