#pragma once

#include <functional>
#include <string>

namespace messenger::inline v0::testing {

/// The result of one check of a conformance suite.
struct Report {
  std::string check;    ///< the rule, as a sentence: `joinCall: a kicked participant is refused`
  bool passed = false;  ///< whether the rule holds
  std::string detail;   ///< when it failed: what was expected and what was found
};

/// Receives the result of each check as soon as it is over, on the OS thread that runs the suite: print it,
/// or pass it to your test framework.
using ReportSink = std::function<void(const Report&)>;

}  // namespace messenger::testing
