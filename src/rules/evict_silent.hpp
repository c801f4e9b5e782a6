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

/// Evicts a participant who was provably silent. Changes nothing when they were seen, or are no longer in the
/// call. `loaded` has their row.
[[nodiscard]] Decision evictSilent(const EvictSilent& command, const CallStore::Loaded& loaded,
                                   const RuleConfig& config, Now now);

}  // namespace messenger::rules
