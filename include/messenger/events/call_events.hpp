#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "messenger/model/call.hpp"
#include "messenger/model/call_participant.hpp"
#include "messenger/model/call_ring.hpp"
#include "messenger/model/job.hpp"
#include "messenger/model/user_id.hpp"

namespace messenger {

// What happened, emitted after the commit. `call` is the call as that change left it, without its room.

/// A call was started; its owner is in it.
struct CallStarted {
  Call call;
  UserId by;
};

/// A user joined, for the first time or again.
struct CallJoined {
  Call call;
  CallParticipant participant;
  DeviceId device{};  ///< empty when none was named
};

/// A participant left, was evicted, or was removed from the thread. Not emitted for participants who leave
/// because the call ends.
struct CallLeft {
  Call call;
  CallParticipant participant;
  DeviceId device{};  ///< the last one; empty when none was named, or all left at once
  /// When the call ends unless somebody comes back, for people: the last one left, and it has an
  /// `emptyGrace`.
  std::optional<TimePoint> endsAt{};
};

/// A further device of a participant joined, who was in the call with another one already.
struct DeviceJoined {
  Call call;
  CallParticipant participant;
  DeviceId device;
};

/// A device of a participant is out of the call, who stays in it with another one.
struct DeviceLeft {
  enum class Why : std::uint8_t {
    left,
    silent,    ///< evicted
    replaced,  ///< by another device that joined: `Config::sessions.newDeviceReplaces`
  };
  Call call;
  CallParticipant participant;
  DeviceId device;
  Why why = Why::left;
};

/// `left`, `silent`, `replaced`: the enumerator's own name.
[[nodiscard]] std::string_view toString(DeviceLeft::Why why) noexcept;

/// Callees are rung, by a start or again. For pushes to devices that hear no broadcast.
struct CallRinging {
  Call call;
  UserId by;
  std::vector<UserId> callees;
};

/// It does not ring any more for a callee, on any device.
struct RingStopped {
  Call call;
  UserId callee;
  RingState state;  ///< as it is now
  RingStop why;
  DeviceId device{};  ///< that answered; empty when none was named
};

/// A callee has missed the call: it stopped ringing, or they were busy and it did not ring.
struct CallMissed {
  Call call;
  UserId callee;
  RingState state;  ///< missed or busy
};

/// A user declined to join.
struct CallIgnored {
  Call call;
  UserId by;
};

/// The call is about to end, because it has lasted almost as long as `CallLimits::duration` allows.
struct CallEnding {
  Call call;
  TimePoint endsAt;  ///< for people
};

/// The call has ended. At most once for each call.
struct CallEnded {
  Call call;
  EndReason reason;
  std::optional<UserId> by;  ///< none for a job, a command or the host
  Duration duration;
};

/// A participant was kicked or un-kicked, as `participant.kicked` says.
struct KickedFromCall {
  Call call;
  CallParticipant participant;
  UserId by;
};

/// The room exists, and its details are shown to the participants in the call.
struct CallSetupCompleted {
  Call call;
};

/// The room could not be made in any attempt; CallEnded follows with `setupFailed`.
struct CallSetupFailed {
  Call call;
  std::string error;  ///< why the last attempt failed
};

/// The room was destroyed.
struct CallTornDown {
  Call call;
};

/// The room could not be destroyed in any attempt. The job is kept as failed: see `Jobs::failed` and
/// `Jobs::retry`.
struct CallTeardownFailed {
  Call call;
  std::string error;
};

/// A broadcaster threw; nothing else was affected.
struct BroadcastFailed {
  CallId call;
  std::string event;  ///< the broadcast's name, e.g. `call.ended`
  std::string error;
};

/// The last attempt of a job failed; the job is kept as failed.
struct JobFailed {
  JobId job;
  JobType type;
  std::optional<CallId> call;
  int attempts;
  std::string error;
};

/// A user was removed from a thread and from its active call. A host that caches memberships or connections
/// by thread drops those of this user.
struct MemberRemoved {
  ThreadId thread;
  UserId user;
};

using Event = std::variant<CallStarted, CallJoined, CallLeft, CallIgnored, CallEnded, KickedFromCall,
                           CallSetupCompleted, CallSetupFailed, CallTornDown, CallTeardownFailed,
                           BroadcastFailed, JobFailed, MemberRemoved, CallEnding, DeviceJoined, DeviceLeft,
                           CallRinging, RingStopped, CallMissed>;

}  // namespace messenger
