// Checks your own storage with the conformance suite and prints a line for each rule, without a test
// framework.
#include <messenger/testing/storage_suite.hpp>

#include <iostream>
#include <string_view>

#include "vector_storage.hpp"

int main(int argc, char** argv) {
  if (argc > 1) {
    const bool help = std::string_view{argv[1]} == "--help";
    (help ? std::cout : std::cerr)
        << "Usage: own_storage\n\nChecks a storage over vectors with the conformance suite.\n";
    return help ? 0 : 2;
  }
  // [suite]
  std::size_t checks = 0;
  const std::size_t failures = messenger::testing::storageSuite(
      [] { return std::make_shared<VectorStorage>(); },
      [&](const messenger::testing::Report& report) {
        ++checks;
        std::cout << (report.passed ? "ok      " : "FAILED  ") << report.check << '\n';
        if (!report.passed) std::cout << "        " << report.detail << '\n';
      });
  std::cout << checks << " checks, " << failures << " failed\n";
  return failures == 0 ? 0 : 1;
  // [/suite]
}
