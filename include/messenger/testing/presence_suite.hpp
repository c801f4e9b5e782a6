#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "messenger/contracts/presence.hpp"
#include "messenger/testing/report.hpp"

namespace messenger::testing {

struct PresenceSuiteOptions {
  /// Called whenever the suite lets time pass, for a presence that measures with a clock of its own. One that
  /// goes by the moments it is given needs nothing.
  std::function<void(Duration)> onAdvance;
  /// By how much an age may be off.
  Duration tolerance = Duration::zero();
};

/// Holds a Presence to its contract. `make` gives a fresh and empty one for each check. Some checks let eight
/// threads work at once. Returns how many checks failed.
std::size_t presenceSuite(const std::function<std::shared_ptr<Presence>()>& make, const ReportSink& report,
                          const PresenceSuiteOptions& options = {});

}  // namespace messenger::testing
