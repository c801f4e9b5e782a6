#pragma once

#include <cstddef>
#include <functional>

#include "messenger/contracts/video_driver.hpp"
#include "messenger/testing/report.hpp"

namespace messenger::testing {

struct VideoDriverSuiteOptions {
  /// Asks the provider itself whether the call has a room. Without it the suite believes what drivers say.
  std::function<bool(const CallId&)> roomExists;
  /// How many rooms are made at the same time.
  std::size_t rooms = 8;
};

/// Holds a VideoDriver to its contract, against the provider that `make`'s drivers talk to. Makes a dozen or
/// two of rooms for calls with random ids, and destroys them. Returns how many checks failed.
std::size_t videoDriverSuite(const VideoDriverFactory& make, const ReportSink& report,
                             const VideoDriverSuiteOptions& options = {});

}  // namespace messenger::testing
