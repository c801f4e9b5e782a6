#include "messenger/testing/storage_suite.hpp"
#include "tests/adapters/sqlite/sqlite_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace messenger;
using namespace messenger::testing;

TEST_CASE("SQLite storage: conformance suite -> passes", "[sqlite][conformance]") {
  std::unique_ptr<SqliteFixture> fixture;
  const auto make = [&] {
    fixture = std::make_unique<SqliteFixture>();
    return fixture->open();
  };
  const auto reopen = [&] { return fixture->open(); };
  const auto report = [](const Report& check) {
    INFO(check.check << ": " << check.detail);
    CHECK(check.passed);
  };
  CHECK(storageSuite(make, report, reopen) == 0);
}
