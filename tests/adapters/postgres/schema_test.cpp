#include <array>
#include <thread>

#include "adapters/postgres/postgres_storage.hpp"
#include "messenger/errors.hpp"
#include "tests/adapters/changes_for_tests.hpp"
#include "tests/adapters/postgres/postgres_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace messenger;
using namespace messenger::testing;
using Catch::Matchers::Contains;
using messenger::tests::PostgresFixture;
using messenger::tests::PostgresServer;

namespace {

/// The released steps and one more.
class NextVersion {
 public:
  explicit NextVersion(const char* statement) : statements_{statement} {
    for (const postgres::Migration& each : postgres::schemaMigrations()) steps_.push_back(each);
    steps_.emplace_back(statements_);
  }
  NextVersion(const NextVersion&) = delete;
  NextVersion& operator=(const NextVersion&) = delete;

  [[nodiscard]] postgres::Migrations steps() const noexcept { return steps_; }

 private:
  std::array<const char*, 1> statements_;
  std::vector<postgres::Migration> steps_;
};

}  // namespace

TEST_CASE("PostgreSQL schema: many open an empty schema at once -> all do, and it is made once",
          "[postgres][schema]") {
  const PostgresFixture fixture;
  std::array<std::shared_ptr<Storage>, 8> opened;
  std::vector<std::thread> threads;
  std::array<std::string, 8> errors;
  for (std::size_t i = 0; i < opened.size(); ++i) {
    threads.emplace_back([&, i] {
      try {
        opened.at(i) = fixture.open();
      } catch (const std::exception& error) {
        errors.at(i) = error.what();
      }
    });
  }
  for (std::thread& each : threads) each.join();
  for (std::size_t i = 0; i < opened.size(); ++i) {
    CHECK(errors.at(i) == "");
    CHECK(opened.at(i) != nullptr);
  }
  CHECK(fixture.number("SELECT count(*) FROM schema_version") == 1);
}

TEST_CASE("PostgreSQL schema: of a newer version -> incompatible, and left as it is", "[postgres][schema]") {
  const PostgresFixture fixture;
  REQUIRE(fixture.open() != nullptr);
  fixture.run("UPDATE schema_version SET version = 99");
  CHECK_THROWS_AS(fixture.open(), StorageIncompatible);
  CHECK_THROWS_WITH(fixture.open(), Contains("is of version 99, made by a newer messenger"));
  CHECK(fixture.number("SELECT version FROM schema_version") == 99);
}

TEST_CASE("PostgreSQL schema: with another application's tables -> incompatible, and left as it is",
          "[postgres][schema]") {
  const PostgresFixture fixture;
  fixture.run("CREATE SCHEMA " + fixture.schema() + "; CREATE TABLE users (id INT)");
  CHECK_THROWS_AS(fixture.open(), StorageIncompatible);
  CHECK(fixture.number("SELECT count(*) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
                       "WHERE n.nspname = '" +
                       fixture.schema() + "'") == 1);
}

TEST_CASE("PostgreSQL schema: a newer library upgrades it -> one that is running goes on",
          "[postgres][schema]") {
  const PostgresFixture fixture;
  const auto older = fixture.open();
  REQUIRE(started(*older, "c1", "t1") == Status::committed);
  const NextVersion next("ALTER TABLE @calls ADD COLUMN topic TEXT");
  const auto newer = postgres::makePostgresStorage(fixture.options(), next.steps());
  CHECK(fixture.number("SELECT version FROM schema_version") == 2);
  CHECK(started(*older, "c2", "t2") == Status::committed);
  CHECK(load(*older, "c1").has_value());
  CHECK(load(*newer, "c2").has_value());
  CHECK_THROWS_AS(fixture.open(), StorageIncompatible);
}

TEST_CASE("PostgreSQL schema: an upgrade that fails -> the version before it", "[postgres][schema]") {
  const PostgresFixture fixture;
  REQUIRE(fixture.open() != nullptr);
  const NextVersion broken("ALTER TABLE @nowhere ADD COLUMN topic TEXT");
  CHECK_THROWS_AS(postgres::makePostgresStorage(fixture.options(), broken.steps()), StorageError);
  CHECK(fixture.number("SELECT version FROM schema_version") == 1);
  CHECK(fixture.open() != nullptr);
}

TEST_CASE("PostgreSQL schema: named like a word of SQL -> works", "[postgres][schema]") {
  const PostgresFixture fixture;
  PostgresOptions options = fixture.options();
  options.schema = "user";
  const auto storage = postgresStorage(options);
  CHECK(started(*storage, "c1", "t1") == Status::committed);
  fixture.run("SET client_min_messages = error; DROP SCHEMA \"user\" CASCADE");
}

TEST_CASE("PostgreSQL schema: a role that may only read and write rows -> all works but making it",
          "[postgres][schema]") {
  const PostgresFixture fixture;
  const std::string& schema = fixture.schema();
  PostgresOptions options = fixture.options();
  options.url = PostgresServer::shared().urlOf("calls_only", "role-password-Hm2w");
  fixture.run("CREATE ROLE calls_only LOGIN PASSWORD 'role-password-Hm2w'");
  CHECK_THROWS_AS(postgresStorage(options), StorageUnavailable);
  REQUIRE(fixture.open() != nullptr);
  fixture.run("GRANT USAGE ON SCHEMA " + schema +
              " TO calls_only; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA " + schema +
              " TO calls_only; REVOKE INSERT, UPDATE, DELETE ON schema_version FROM calls_only");
  const auto storage = postgresStorage(options);
  CHECK(started(*storage, "c1", "t1") == Status::committed);
  CHECK(storage->jobs().claim(claimNext()).has_value());
  CHECK(storage->calls().commit(end(*storage, "c1", 1)).status == Status::committed);
  fixture.run("DROP OWNED BY calls_only; DROP ROLE calls_only");
}
