// Through a pooler in transaction mode, which lends a session of the server to one transaction after another.
#include <libpq-fe.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "messenger/errors.hpp"
#include "messenger/testing/storage_suite.hpp"
#include "tests/adapters/changes_for_tests.hpp"
#include "tests/adapters/postgres/other_session.hpp"
#include "tests/adapters/postgres/pooler.hpp"
#include "tests/support/catch.hpp"

using namespace messenger;
using namespace messenger::testing;
using namespace std::chrono_literals;
using messenger::tests::OtherSession;
using messenger::tests::Pooler;
using messenger::tests::PostgresFixture;

namespace {

PostgresOptions through(const Pooler& pooler, const PostgresFixture& fixture) {
  PostgresOptions options = fixture.options();
  options.url = pooler.url();
  options.pooled = true;
  return options;
}

/// The first answer of a server's session that the pooler lends to somebody else.
std::string asked(const Pooler& pooler, const char* statement) {
  const std::unique_ptr<PGconn, decltype(&::PQfinish)> connection(::PQconnectdb(pooler.url().c_str()),
                                                                  &::PQfinish);
  const std::unique_ptr<PGresult, decltype(&::PQclear)> result(::PQexec(connection.get(), statement),
                                                               &::PQclear);
  return ::PQntuples(result.get()) == 1 ? ::PQgetvalue(result.get(), 0, 0)
                                        : ::PQerrorMessage(connection.get());
}

}  // namespace

TEST_CASE("PostgreSQL through a pooler: conformance suite -> passes", "[postgres][conformance]") {
  std::unique_ptr<PostgresFixture> fixture;
  std::unique_ptr<Pooler> pooler;
  const auto open = [&] { return postgresStorage(through(*pooler, *fixture)); };
  const auto make = [&] {
    fixture = std::make_unique<PostgresFixture>();
    if (!pooler) pooler = std::make_unique<Pooler>(/*sessions=*/3);
    return open();
  };
  const auto report = [](const Report& check) {
    INFO(check.check << ": " << check.detail);
    CHECK(check.passed);
  };
  CHECK(storageSuite(make, report, open) == 0);
}

TEST_CASE("PostgreSQL through a pooler: more storages than sessions -> all are served, and leave no setting",
          "[postgres][pooler]") {
  const PostgresFixture fixture;
  const Pooler pooler(/*sessions=*/2);
  static_cast<void>(fixture.open());  // the tables
  std::vector<std::thread> hosts;
  std::atomic<int> committed{0};
  for (int host = 0; host < 6; ++host) {
    hosts.emplace_back([&, host] {
      const auto storage = postgresStorage(through(pooler, fixture));
      for (int i = 0; i < 20; ++i) {
        const std::string name = std::to_string(host) + "-" + std::to_string(i);
        committed += started(*storage, "c" + name, "t" + name) == Status::committed ? 1 : 0;
      }
    });
  }
  for (std::thread& each : hosts) each.join();
  CHECK(committed == 120);
  CHECK(fixture.number("SELECT count(*) FROM calls") == 120);
  for (int i = 0; i < 10; ++i) {
    CHECK(asked(pooler, "SHOW statement_timeout") == "0");
    CHECK(asked(pooler, "SHOW enable_seqscan") == "on");
  }
}

TEST_CASE(
    "PostgreSQL through a pooler: somebody keeps a row for too long -> StorageBusy, the session is free",
    "[postgres][pooler]") {
  const PostgresFixture fixture;
  const Pooler pooler(/*sessions=*/1);
  PostgresOptions options = through(pooler, fixture);
  options.timeLimit = 5s;
  const auto storage = postgresStorage(options);
  REQUIRE(started(*storage, "c1", "t1") == Status::committed);
  const CallChange joining = join(*storage, "c1", "bob");
  OtherSession other(fixture);
  other.run("BEGIN; SELECT * FROM calls FOR UPDATE");
  CHECK_THROWS_AS(storage->calls().commit(joining), StorageBusy);
  CHECK(asked(pooler, "SELECT 'free'") == "free");
  other.run("ROLLBACK");
  CHECK(storage->calls().commit(joining).status == Status::committed);
}
