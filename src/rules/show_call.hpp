#pragma once

#include "messenger/model/call_participant.hpp"
#include "messenger/views.hpp"
#include "rules/decision.hpp"

namespace messenger::inline v0::rules {

/// The call as this member may see it, whose rows these are. It has the room only while the call is active
/// and set up, and the member is in it; never the room's secret.
[[nodiscard]] CallView showCall(const CallWithRoom& call, const CallParticipant* viewer, const CallRing* ring,
                                const Thread& thread, const ThreadMember& member);

}  // namespace messenger::rules
