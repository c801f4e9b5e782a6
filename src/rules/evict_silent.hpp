#pragma once

#include "rules/decision.hpp"
#include "rules/evidence.hpp"

namespace messenger::inline v0::rules {

struct EvictSilent {
  DeviceId device;
  Evidence evidence;
  Duration ttl{};
  std::optional<StorageTime> seenHere{};  ///< as this process's presence knows
};

/// Evicts a session of this user that was provably silent, and with their last one the participant. Changes
/// nothing when it was seen, or is no longer open. `state` has the user's row and sessions.
[[nodiscard]] Decision evictSilent(const EvictSilent& command, const CallState& state, const UserId& user,
                                   const RuleConfig& config, Now now);

}  // namespace messenger::rules
