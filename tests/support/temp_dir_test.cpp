#include "tests/support/temp_dir.hpp"

#include <fstream>

#include "tests/support/catch.hpp"

namespace messenger::inline v0::testing {
namespace {

TEST_CASE("temp dir: made and destroyed -> its own folder is gone with its contents", "[testing][unit]") {
  std::filesystem::path path;
  {
    const TempDir one;
    const TempDir other;
    REQUIRE(one.path() != other.path());
    path = one.path();
    REQUIRE(std::filesystem::is_directory(path));
    REQUIRE_FALSE(std::filesystem::exists(one.file("x")));
    std::ofstream(one.file("x")) << "text";
    REQUIRE(std::filesystem::exists(path / "x"));
  }
  REQUIRE_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace messenger::testing
