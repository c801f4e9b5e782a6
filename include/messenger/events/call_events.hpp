#pragma once

#include <optional>
#include <string>
#include <variant>

#include "messenger/model/call.hpp"
#include "messenger/model/call_participant.hpp"
#include "messenger/model/job.hpp"
#include "messenger/model/user_id.hpp"

namespace messenger {

// What happened, told after it was committed. `call` is the call as that change left it, without its room.

/// A call was started; the starter is in it.
struct CallStarted {
  Call call;
  UserId by;
};

/// Somebody came in, for the first time or again.
struct CallJoined {
  Call call;
  CallParticipant participant;
};

/// Somebody went out on their own, fell silent, or was taken off the thread. Not for those that the end of
/// the call puts out.
struct CallLeft {
  Call call;
  CallParticipant participant;
};

/// Somebody declined to join.
struct CallIgnored {
  Call call;
  UserId by;
};

/// The call is over. Once for each call.
struct CallEnded {
  Call call;
  EndReason reason;
  std::optional<UserId> by;  ///< none for a job, a command or the host
  Duration duration;
};

/// Somebody was kicked, or un-kicked (`participant.kicked` tells).
struct KickedFromCall {
  Call call;
  CallParticipant participant;
  UserId by;
};

/// The room is there and its details are shown to those in the call.
struct CallSetupCompleted {
  Call call;
};

/// The provider gave no room after all tries; CallEnded follows with `setupFailed`.
struct CallSetupFailed {
  Call call;
  std::string error;  ///< why the last try failed
};

/// The room is gone.
struct CallTornDown {
  Call call;
};

/// The room could not be destroyed after all tries. The job is kept as failed: see `Messenger::failedJobs`
/// and `retryJobs`.
struct CallTeardownFailed {
  Call call;
  std::string error;
};

/// A broadcaster threw; nothing else was harmed.
struct BroadcastFailed {
  CallId call;
  std::string event;  ///< the broadcast's name, e.g. `call.ended`
  std::string error;
};

/// A job failed for the last time and is kept as failed.
struct JobFailed {
  JobId job;
  JobType type;
  std::optional<CallId> call;
  int attempts;
  std::string error;
};

/// A user is no longer a member of a thread, and not in its active call any more. Whoever keeps memberships
/// or connections by thread drops theirs.
struct MemberRemoved {
  ThreadId thread;
  UserId user;
};

using Event = std::variant<CallStarted, CallJoined, CallLeft, CallIgnored, CallEnded, KickedFromCall,
                           CallSetupCompleted, CallSetupFailed, CallTornDown, CallTeardownFailed,
                           BroadcastFailed, JobFailed, MemberRemoved>;

}  // namespace messenger
