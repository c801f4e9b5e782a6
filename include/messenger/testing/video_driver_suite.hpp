#pragma once

#include <chrono>
#include <cstddef>
#include <functional>

#include "messenger/contracts/async_video_driver.hpp"
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

/// What the suite needs to know of an asynchronous driver, besides.
struct AsyncVideoDriverSuiteOptions : VideoDriverSuiteOptions {
  /// Lets the driver's loop do what waits, on the OS thread of the suite, and returns: `ManualLoop::runAll`,
  /// `io_context::run_one_for(10ms)`. Called again and again until a request has completed.
  std::function<void()> turn;
  /// How long a request may take.
  std::chrono::milliseconds timeLimit{10'000};
};

/// Checks an AsyncVideoDriver against its contract, on the OS thread that calls, which is the driver's loop
/// meanwhile. Otherwise as `videoDriverSuite`. Throws std::invalid_argument without `turn`.
MESSENGER_EXPORT std::size_t asyncVideoDriverSuite(AsyncVideoDriver& driver, const ReportSink& report,
                                                   const AsyncVideoDriverSuiteOptions& options);

}  // namespace messenger::testing
