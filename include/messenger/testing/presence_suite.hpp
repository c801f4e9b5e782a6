#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "messenger/contracts/presence.hpp"
#include "messenger/export.hpp"
#include "messenger/testing/report.hpp"

namespace messenger::inline v0::testing {

/// What the suite needs to know of the presence.
struct PresenceSuiteOptions {
  /// Called whenever the suite lets time pass, for a presence with its own clock. A presence that uses the
  /// times it is given does not need it.
  std::function<void(Duration)> onAdvance;
  /// The largest allowed error of an age.
  Duration tolerance = Duration::zero();
};

/// Checks a Presence against its contract. `make` returns a new, empty one for each check. Some checks use
/// eight OS threads at once. Returns how many checks failed.
MESSENGER_EXPORT std::size_t presenceSuite(const std::function<std::shared_ptr<Presence>()>& make,
                                           const ReportSink& report,
                                           const PresenceSuiteOptions& options = {});

}  // namespace messenger::testing
