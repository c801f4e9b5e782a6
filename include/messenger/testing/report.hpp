#pragma once

#include <functional>
#include <string>

namespace messenger::testing {

/// What one check of a conformance suite found.
struct Report {
  std::string check;  ///< the rule, as a sentence: `joinCall: a kicked participant is refused`
  bool passed = false;
  std::string detail;  ///< when it did not pass: what was expected and what was found
};

/// Where a suite says how each check went, as soon as it is over, from the thread that runs the suite: print
/// it, or hand it to the test framework you have.
using ReportSink = std::function<void(const Report&)>;

}  // namespace messenger::testing
