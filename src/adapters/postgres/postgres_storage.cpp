#include "adapters/postgres/postgres_storage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "messenger/errors.hpp"

namespace messenger::inline v0 {

namespace postgres {

namespace {

constexpr int oldestServer = 130000;
constexpr std::size_t longestSchema = 63;
constexpr std::size_t mostConnections = 1000;

bool isSchema(const std::string& name) {
  const auto isLetter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  const auto isPart = [&](char c) { return isLetter(c) || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= longestSchema && isLetter(name.front()) &&
         std::all_of(name.begin(), name.end(), isPart);
}

}  // namespace

PostgresOptions checked(PostgresOptions options) {
  using std::chrono::milliseconds;
  if (!isSchema(options.schema)) {
    throw std::invalid_argument(
        "PostgresOptions::schema must be 1 to 63 letters a-z, digits and _, beginning with no digit");
  }
  if (options.connections < 1 || options.connections > mostConnections)
    throw std::invalid_argument("PostgresOptions::connections must be 1 to 1000");
  if (options.timeLimit < milliseconds{100} || options.timeLimit > std::chrono::hours{1})
    throw std::invalid_argument("PostgresOptions::timeLimit must be 100 ms to one hour");
  return options;
}

void requireUsable(const Connection& connection) {
  if (connection.serverVersion() < oldestServer) {
    throw StorageIncompatible(fmt::format("PostgreSQL 13 or later is needed; the server's version is {}",
                                          connection.serverVersion() / 10000));
  }
  if (connection.serverEncoding() != "UTF8") {
    throw StorageIncompatible(fmt::format("a database with the encoding UTF8 is needed; this one has {}",
                                          connection.serverEncoding()));
  }
}

PostgresStorage::PostgresStorage(const PostgresOptions& options, Migrations migrations)
    : pool_(std::make_unique<ConnectionPool>(checked(options))) {
  pool_->begin([&](Connection& connection, Deadline until) {
    requireUsable(connection);
    migrate(connection, pool_->schema(), pool_->lockKey(ConnectionPool::LockOf::tables), migrations, until);
  });
}

PostgresStorage::~PostgresStorage() = default;

std::shared_ptr<Storage> makePostgresStorage(const PostgresOptions& options, Migrations migrations) {
  return std::make_shared<PostgresStorage>(options, migrations);
}

}  // namespace postgres

std::shared_ptr<Storage> postgresStorage(const PostgresOptions& options) {
  return postgres::makePostgresStorage(options);
}

std::shared_ptr<Storage> postgresStorage(const std::string& url) {
  PostgresOptions options;
  options.url = url;
  return postgresStorage(options);
}

}  // namespace messenger
