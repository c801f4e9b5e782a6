#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>

#include "tests/adapters/postgres/postgres_fixture.hpp"

namespace messenger::tests {

/// A session of somebody else, with the fixture's schema as its search path.
class OtherSession {
 public:
  explicit OtherSession(const PostgresFixture& fixture)
      : connection_(::PQconnectdb(PostgresServer::shared().url().c_str()), &::PQfinish) {
    run("SET search_path = \"" + fixture.schema() + "\"");
  }

  void run(const std::string& statement) { ::PQclear(::PQexec(connection_.get(), statement.c_str())); }

  /// The first number that a statement gives; 0 when it gives no row.
  [[nodiscard]] int number(const std::string& statement) {
    PGresult* result = ::PQexec(connection_.get(), statement.c_str());
    const int found = ::PQntuples(result) > 0 ? std::atoi(::PQgetvalue(result, 0, 0)) : 0;
    ::PQclear(result);
    return found;
  }

  /// Asks until a number is one or more.
  bool becomes(const std::string& statement) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (std::chrono::steady_clock::now() < deadline) {
      if (number(statement) > 0) return true;
    }
    return false;
  }

  /// Until a session of the library waits for a lock of somebody.
  bool somebodyWaits() {
    return becomes(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'messenger' "
        "AND wait_event_type = 'Lock'");
  }

 private:
  std::unique_ptr<PGconn, decltype(&::PQfinish)> connection_;
};

}  // namespace messenger::tests
