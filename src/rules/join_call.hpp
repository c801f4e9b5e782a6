#pragma once

#include "rules/decision.hpp"

namespace messenger::inline v0::rules {

struct JoinCall {
  ParticipantId participant;  ///< for a new row; unused when the member has one
  DeviceId device{};
  std::optional<Secret> mediaId{};  ///< for the session, when it opens
};

/// So many sessions of a participant are kept, open and closed: a further device takes the place of the one
/// that has been closed for longest. More than may be open at once.
inline constexpr std::size_t sessionsKept = 32;

/// The member joins the call with this device, for the first time or again. When it is in the call, it counts
/// as a heartbeat; when another one of theirs is, it is a further one, or replaces it. Who was alone in the
/// call is so no more. `loaded` counts as far as the limit of participants. Refuses: callEnded, kicked,
/// callFull, tooManyDevices, invalidInput.
/// Guarded by the thread's revision, so that a member who is removed meanwhile does not join.
[[nodiscard]] Decision joinCall(const JoinCall& command, const CallStore::Loaded& loaded,
                                const Access& access, const RuleConfig& config, Now now);

}  // namespace messenger::rules
