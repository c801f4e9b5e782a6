#pragma once

#include "messenger/views.hpp"
#include "rules/decision.hpp"

namespace messenger::inline v0::rules {

struct StartCall {
  CallId call;                ///< for the new call
  ParticipantId participant;  ///< for the owner's row in it
  StartOptions options{};
  std::optional<Secret> mediaId{};  ///< for the owner's session
};

/// Starts a call in the member's thread, with the member in it; the others are rung. `loaded` is the picture
/// of the thread.
[[nodiscard]] Decision startCall(const StartCall& command, const CallStore::Loaded& loaded,
                                 const Access& access, const RuleConfig& config, Now now);

}  // namespace messenger::rules
