#pragma once

#include <cstddef>
#include <functional>

#include "messenger/contracts/video_driver.hpp"
#include "messenger/export.hpp"
#include "messenger/testing/report.hpp"

namespace messenger::inline v0::testing {

/// What the suite needs to know of the driver.
struct VideoDriverSuiteOptions {
  /// Asks the provider itself whether the call has a room. Without it the suite relies on what drivers
  /// report.
  std::function<bool(const CallId&)> roomExists;
  /// How many rooms the suite makes at the same time.
  std::size_t rooms = 8;
};

/// Checks a VideoDriver against its contract, with the provider that the drivers from `make` use. Makes one
/// or two dozen rooms for calls with random ids, and destroys them. Returns how many checks failed.
MESSENGER_EXPORT std::size_t videoDriverSuite(const VideoDriverFactory& make, const ReportSink& report,
                                              const VideoDriverSuiteOptions& options = {});

}  // namespace messenger::testing
