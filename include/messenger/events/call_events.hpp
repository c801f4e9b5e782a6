#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "messenger/export.hpp"
#include "messenger/model/call.hpp"
#include "messenger/model/call_participant.hpp"
#include "messenger/model/call_ring.hpp"
#include "messenger/model/job.hpp"
#include "messenger/model/user_id.hpp"

namespace messenger::inline v0 {

// What happened, emitted after the commit. `call` is the call as that change left it, without its room.

/// A call was started; its owner is in it.
struct CallStarted {
  Call call;  ///< as it was started
  UserId by;  ///< the owner
};

/// A user joined, for the first time or again.
struct CallJoined {
  Call call;                    ///< as it is now
  CallParticipant participant;  ///< who joined
  DeviceId device{};            ///< empty when none was named
};

/// A participant left, was evicted, or was removed from the thread. Not emitted for participants who leave
/// because the call ends.
struct CallLeft {
  Call call;                    ///< as it is now
  CallParticipant participant;  ///< who is out
  DeviceId device{};            ///< the last one; empty when none was named, or all left at once
  /// When the call ends unless somebody comes back, for people: the last one left, and it has an
  /// `emptyGrace`.
  std::optional<TimePoint> endsAt{};
};

/// A further device of a participant joined, who was in the call with another one already.
struct DeviceJoined {
  Call call;                    ///< as it is now
  CallParticipant participant;  ///< who has one device more
  DeviceId device;              ///< the one that joined
};

/// A device of a participant is out of the call, who stays in it with another one.
struct DeviceLeft {
  /// Why a device is out.
  enum class Why : std::uint8_t {
    left,
    silent,    ///< evicted
    replaced,  ///< by another device that joined: `Config::sessions.newDeviceReplaces`
  };
  Call call;                    ///< as it is now
  CallParticipant participant;  ///< who has one device less, and stays
  DeviceId device;              ///< the one that is out
  Why why = Why::left;          ///< why it is out
};

/// `left`, `silent`, `replaced`: the enumerator's own name.
MESSENGER_EXPORT [[nodiscard]] std::string_view toString(DeviceLeft::Why why) noexcept;

/// Callees are rung, by a start or again. For pushes to devices that hear no broadcast.
struct CallRinging {
  Call call;                    ///< that rings
  UserId by;                    ///< who rings them
  std::vector<UserId> callees;  ///< who begin to ring now
};

/// It does not ring any more for a callee, on any device.
struct RingStopped {
  Call call;          ///< as it is now
  UserId callee;      ///< for whom it stopped
  RingState state;    ///< as it is now
  RingStop why;       ///< why it stopped
  DeviceId device{};  ///< that answered; empty when none was named
};

/// A callee has missed the call: it stopped ringing, or they were busy and it did not ring.
struct CallMissed {
  Call call;        ///< as it is now
  UserId callee;    ///< who missed it
  RingState state;  ///< missed or busy
};

/// A user declined to join.
struct CallIgnored {
  Call call;  ///< as it is now
  UserId by;  ///< who declined
};

/// The call is about to end, because it has lasted almost as long as `CallLimits::duration` allows.
struct CallEnding {
  Call call;         ///< as it is now
  TimePoint endsAt;  ///< for people
};

/// The call has ended. At most once for each call.
struct CallEnded {
  Call call;                 ///< with its end
  EndReason reason;          ///< why it ended
  std::optional<UserId> by;  ///< none for a job, a command or the host
  Duration duration;         ///< from its start to its end
};

/// A participant was kicked or un-kicked, as `participant.kicked` says.
struct KickedFromCall {
  Call call;                    ///< as it is now
  CallParticipant participant;  ///< who was kicked or un-kicked
  UserId by;                    ///< who did it
};

/// The room exists, and its details are shown to the participants in the call.
struct CallSetupCompleted {
  Call call;  ///< with the room's state, without the room
};

/// The room could not be made in any attempt; CallEnded follows with `setupFailed`.
struct CallSetupFailed {
  Call call;          ///< as it is now
  std::string error;  ///< why the last attempt failed
};

/// The room was destroyed.
struct CallTornDown {
  Call call;  ///< as it is now
};

/// The room could not be destroyed in any attempt. The job is kept as failed: see `Jobs::failed` and
/// `Jobs::retry`.
struct CallTeardownFailed {
  Call call;          ///< as it is now
  std::string error;  ///< why the last attempt failed
};

/// A broadcaster threw; nothing else was affected.
struct BroadcastFailed {
  CallId call;        ///< that the push was about
  std::string event;  ///< the broadcast's name, e.g. `call.ended`
  std::string error;  ///< what was thrown
};

/// The last attempt of a job failed; the job is kept as failed.
struct JobFailed {
  JobId job;                   ///< to look at with `Jobs::failed`
  JobType type;                ///< what it was to do
  std::optional<CallId> call;  ///< none for a job of no call
  int attempts;                ///< all of them
  std::string error;           ///< why the last one failed
};

/// A user was removed from a thread and from its active call. A host that caches memberships or connections
/// by thread drops those of this user.
struct MemberRemoved {
  ThreadId thread;  ///< that they are no member of any more
  UserId user;      ///< who was removed
};

/// Any of the events.
using Event = std::variant<CallStarted, CallJoined, CallLeft, CallIgnored, CallEnded, KickedFromCall,
                           CallSetupCompleted, CallSetupFailed, CallTornDown, CallTeardownFailed,
                           BroadcastFailed, JobFailed, MemberRemoved, CallEnding, DeviceJoined, DeviceLeft,
                           CallRinging, RingStopped, CallMissed>;

}  // namespace messenger
