#include "support/boot_id.hpp"

#include <fstream>

#include "tests/support/catch.hpp"

namespace messenger::tests {
namespace {

TEST_CASE("bootId: as the system has it", "[support][unit]") {
  std::string line;
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::getline(file, line);
  REQUIRE(line.size() == 36);
  CHECK(support::bootId() == line);
}

}  // namespace
}  // namespace messenger::tests
