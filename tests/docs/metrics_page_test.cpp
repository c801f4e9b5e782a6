// docs/metrics.md has a row for each metric, made of what the library says of it.
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "messenger/contracts/metrics.hpp"
#include "tests/support/catch.hpp"

namespace messenger::tests {
namespace {

std::string rowOf(const MetricInfo& info) {
  std::string labels;
  for (const MetricLabel& label : info.labels) {
    labels += (labels.empty() ? "`" : "; `") + std::string{label.name} + "`: ";
    for (const std::string_view value : label.values) {
      labels += (value == label.values.front() ? "" : ", ") + std::string{value};
    }
  }
  return "| `" + std::string{info.name} + "` | " + std::string{toString(info.kind)} + " | " + labels +
         (labels.empty() ? "| " : " | ") + std::string{info.help} + " |";
}

TEST_CASE("metrics page: its table -> what the library has, in the same words", "[docs][metrics]") {
  std::ifstream page(MESSENGER_METRICS_PAGE);
  REQUIRE(page);
  std::vector<std::string> found;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("| `messenger_")) found.push_back(line);
  }
  std::vector<std::string> expected;
  std::string table;
  for (const MetricInfo& info : metricTable()) {
    expected.push_back(rowOf(info));
    table += expected.back() + '\n';
  }
  const bool agrees = found == expected;
  if (!agrees) std::cerr << "The table should be:\n" << table;  // Catch would break its lines
  CHECK(agrees);
}

}  // namespace
}  // namespace messenger::tests
