#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "messenger/contracts/broadcaster.hpp"
#include "messenger/testing/report.hpp"

namespace messenger::testing {

/// A broadcaster, and a look at the other end of its transport.
struct BroadcasterUnderTest {
  std::shared_ptr<Broadcaster> broadcaster;
  /// What arrived since it was made, in order; may wait for what is under way. Without it the suite only sees
  /// whether the broadcaster throws.
  std::function<std::vector<Broadcast>()> received;
};

/// Holds a Broadcaster to its contract. `make` gives a fresh one for each check. One check broadcasts from
/// eight threads at once. Returns how many checks failed.
std::size_t broadcasterSuite(const std::function<BroadcasterUnderTest()>& make, const ReportSink& report);

}  // namespace messenger::testing
