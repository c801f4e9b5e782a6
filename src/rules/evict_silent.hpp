#pragma once

#include "rules/decision.hpp"
#include "rules/evidence.hpp"

namespace messenger::rules {

struct EvictSilent {
  UserId user;
  Evidence evidence;
  Duration ttl{};
  std::optional<StorageTime> seenHere{};  ///< as this process's presence knows
};

/// Takes a participant out of the call whose silence is evident. Nothing when they were seen, or are out
/// already. `loaded` has their row.
[[nodiscard]] Decision evictSilent(const EvictSilent& command, const CallStore::Loaded& loaded,
                                   const RuleConfig& config, Now now);

}  // namespace messenger::rules
