#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "messenger/contracts/broadcaster.hpp"
#include "messenger/export.hpp"
#include "messenger/testing/report.hpp"

namespace messenger::inline v0::testing {

/// A broadcaster, and a view of the other end of its transport.
struct BroadcasterUnderTest {
  std::shared_ptr<Broadcaster> broadcaster;  ///< the one to be tested
  /// Returns what arrived since the broadcaster was made, in order; may wait for broadcasts on their way.
  /// Without it the suite only checks whether the broadcaster throws.
  std::function<std::vector<Broadcast>()> received;
};

/// Checks a Broadcaster against its contract. `make` returns a new one for each check. One check broadcasts
/// from eight OS threads at once. Returns how many checks failed.
MESSENGER_EXPORT std::size_t broadcasterSuite(const std::function<BroadcasterUnderTest()>& make,
                                              const ReportSink& report);

}  // namespace messenger::testing
