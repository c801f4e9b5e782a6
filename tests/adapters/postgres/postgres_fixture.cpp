#include "tests/adapters/postgres/postgres_fixture.hpp"

#include <libpq-fe.h>

#include <stdexcept>

namespace messenger::tests {
namespace {

using Result = std::unique_ptr<PGresult, decltype(&::PQclear)>;

std::string nextSchema() {
  static std::atomic<int> count{0};
  return "test_" + std::to_string(++count);
}

Result ask(const std::string& statements) {
  const std::unique_ptr<PGconn, decltype(&::PQfinish)> connection(
      ::PQconnectdb(PostgresServer::shared().url().c_str()), &::PQfinish);
  Result result(::PQexec(connection.get(), statements.c_str()), &::PQclear);
  const ExecStatusType status = ::PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    throw std::runtime_error(statements + ": " + ::PQerrorMessage(connection.get()));
  }
  return result;
}

}  // namespace

PostgresFixture::PostgresFixture() : schema_(nextSchema()) {
  // From the OS thread that stays: the server goes with the one that has started it.
  static_cast<void>(PostgresServer::shared());
}

PostgresFixture::~PostgresFixture() {
  try {
    ask("SET client_min_messages = error; DROP SCHEMA IF EXISTS \"" + schema_ + "\" CASCADE");
  } catch (const std::exception&) {
    // A test may have stopped the server, which goes away with the program.
  }
}

PostgresOptions PostgresFixture::options() const {
  PostgresOptions options;
  options.url = PostgresServer::shared().url();
  options.schema = schema_;
  // Beside other tests and under a sanitizer an operation may take seconds; where the limit matters, a test
  // sets its own.
  options.timeLimit = std::chrono::minutes{1};
  return options;
}

void PostgresFixture::run(const std::string& statements) const {
  static_cast<void>(ask("SET search_path = \"" + schema_ + "\"; " + statements));
}

std::int64_t PostgresFixture::number(const std::string& statement) const {
  const Result result = ask("SET search_path = \"" + schema_ + "\"; " + statement);
  return std::stoll(::PQgetvalue(result.get(), 0, 0));
}

}  // namespace messenger::tests
