#include "messenger/testing/storage_suite.hpp"
#include "tests/adapters/postgres/postgres_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace messenger;
using namespace messenger::testing;
using messenger::tests::PostgresFixture;

TEST_CASE("PostgreSQL storage: conformance suite -> passes", "[postgres][conformance]") {
  std::unique_ptr<PostgresFixture> fixture;
  const auto make = [&] {
    fixture = std::make_unique<PostgresFixture>();
    return fixture->open();
  };
  const auto reopen = [&] { return fixture->open(); };
  const auto report = [](const Report& check) {
    INFO(check.check << ": " << check.detail);
    CHECK(check.passed);
  };
  CHECK(storageSuite(make, report, reopen) == 0);
}
