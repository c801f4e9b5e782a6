#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "messenger/testing/report.hpp"
#include "tests/support/catch.hpp"

namespace messenger::inline v0::testing {

/// The reports of a suite.
class Reports {
 public:
  [[nodiscard]] ReportSink sink() {
    return [this](const Report& report) { all_.push_back(report); };
  }

  [[nodiscard]] std::size_t size() const { return all_.size(); }

  [[nodiscard]] std::vector<std::string> failed() const {
    std::vector<std::string> result;
    for (const Report& report : all_) {
      if (!report.passed) result.push_back(report.check);
    }
    return result;
  }

  [[nodiscard]] bool hasFailed(const std::string& check) const {
    return std::any_of(all_.begin(), all_.end(),
                       [&](const Report& report) { return report.check == check && !report.passed; });
  }

  /// Requires that there were checks, that each has its own name, and that all passed.
  void requireAllPassed(std::size_t failures) const {
    for (const Report& report : all_) {
      INFO(report.check << ": " << report.detail);
      CHECK(report.passed);
      const auto sameName = [&](const Report& other) { return other.check == report.check; };
      CHECK(std::count_if(all_.begin(), all_.end(), sameName) == 1);
    }
    REQUIRE_FALSE(all_.empty());
    REQUIRE(failures == 0);
  }

 private:
  std::vector<Report> all_;
};

}  // namespace messenger::testing
