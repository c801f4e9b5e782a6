#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "messenger/testing/report.hpp"
#include "support/thrown.hpp"
#include "testing/conformance/describe.hpp"

namespace messenger::inline v0::testing {

/// Ends a check that fails.
class CheckFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline void require(bool holds, std::string_view what) {
  if (!holds) throw CheckFailed("not so: " + std::string{what});
}

/// Requires that two values have the same description.
template <class Value>
void requireEqual(std::string_view what, const Value& actual, const std::type_identity_t<Value>& expected) {
  const std::string is = describe(actual);
  const std::string shouldBe = describe(expected);
  if (is != shouldBe) {
    throw CheckFailed(std::string{what}.append(" is ").append(is).append(", should be ").append(shouldBe));
  }
}

/// Runs checks one by one and counts failures.
class Checks {
 public:
  explicit Checks(const ReportSink& sink) : sink_(sink) {}

  void run(const std::string& check, const std::function<void()>& body) {
    Report report{check, false, {}};
    try {
      body();
      report.passed = true;
    } catch (const CheckFailed& failed) {
      report.detail = failed.what();
    } catch (...) {
      report.detail = "threw: " + support::whatWasThrown();
    }
    if (!report.passed) ++failures_;
    if (sink_) sink_(report);
  }

  [[nodiscard]] std::size_t failures() const noexcept { return failures_; }

 private:
  const ReportSink& sink_;
  std::size_t failures_ = 0;
};

}  // namespace messenger::testing
