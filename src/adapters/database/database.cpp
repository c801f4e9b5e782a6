#include "messenger/adapters/database/database.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "adapters/database/database_url.hpp"
#ifdef MESSENGER_DATABASE_WITH_POSTGRES
#include "messenger/adapters/postgres/postgres_storage.hpp"
#endif

namespace messenger::inline v0 {
namespace database {
namespace {

#ifdef MESSENGER_DATABASE_WITH_POSTGRES
constexpr const char* known = "a path, sqlite:PATH or postgresql://HOST/DATABASE";
#else
constexpr const char* known = "a path or sqlite:PATH (PostgreSQL is not built into this program)";
#endif

bool isLetter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// What stands before the first colon, in small letters, when it can be a scheme; empty for a path.
std::string schemeOf(std::string_view url) {
  const std::size_t colon = url.find(':');
  if (colon == std::string_view::npos || colon == 0 || !isLetter(url.front())) return {};
  std::string scheme{url.substr(0, colon)};
  const auto isPart = [](char c) {
    return isLetter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  };
  if (!std::all_of(scheme.begin(), scheme.end(), isPart)) return {};
  std::transform(scheme.begin(), scheme.end(), scheme.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return scheme;
}

/// libpq's other way to name a database. As a path it would be a file with a password in its name.
bool isKeywords(std::string_view url) noexcept {
  constexpr std::array keywords = {"host",     "hostaddr", "port",    "dbname",  "user",
                                   "password", "service",  "sslmode", "passfile"};
  const std::size_t equals = url.find_first_of(" =");
  if (equals == std::string_view::npos) return false;
  const auto name = url.substr(0, equals);
  return std::any_of(keywords.begin(), keywords.end(), [&](const char* each) { return name == each; });
}

}  // namespace

Url read(const std::string& url) {
  if (url.empty()) throw std::invalid_argument(std::string{"the database is empty: it must be "} + known);
  if (isKeywords(url)) {
    throw std::invalid_argument(
        "the database cannot be given as keywords: a server is postgresql://HOST/DATABASE, a file ./PATH");
  }
  const std::string scheme = schemeOf(url);
  if (scheme.empty()) return {DatabaseKind::sqlite, url};
  if (scheme == "sqlite") {
    std::string path = url.substr(scheme.size() + 1);
    // As in other URLs: two slashes for a host, of which a file has none, and then the path from the root.
    if (path.starts_with("//")) path.erase(0, 2);
    if (path.empty() || (url.compare(scheme.size() + 1, 2, "//") == 0 && path.front() != '/')) {
      throw std::invalid_argument(
          "the database is no file: sqlite:PATH has no host; sqlite:/PATH begins at the root");
    }
    return {DatabaseKind::sqlite, path};
  }
  if (scheme == "postgresql" || scheme == "postgres") {
#ifdef MESSENGER_DATABASE_WITH_POSTGRES
    return {DatabaseKind::postgres, url};
#else
    throw std::invalid_argument(
        "PostgreSQL is not built into this program: the library was built without MESSENGER_POSTGRES");
#endif
  }
  throw std::invalid_argument(std::string{"the database has an unknown scheme: it must be "} + known +
                              "; a path with a colon is written ./PATH");
}

SqliteOptions sqliteOptions(const DatabaseOptions& options, const Url& url) {
  SqliteOptions file;
  file.path = std::filesystem::absolute(url.rest);
  file.durability = options.durability;
  file.busyTimeout = options.timeLimit;
  return file;
}

#ifdef MESSENGER_DATABASE_WITH_POSTGRES
PostgresOptions postgresOptions(const DatabaseOptions& options, const Url& url) {
  PostgresOptions server;
  server.url = url.rest;
  server.schema = options.schema;
  server.connections = options.connections;
  server.listens = options.listens;
  server.listenUrl = options.listenUrl;
  server.pooled = options.pooled;
  server.timeLimit = std::max(options.timeLimit, std::chrono::milliseconds{100});
  return server;
}
#endif

}  // namespace database

namespace {

DatabaseState stateOf(const SqliteFile& file) {
  const auto kind = [&] {
    switch (file.kind) {
      case SqliteFileKind::missing:
        return DatabaseState::Kind::missing;
      case SqliteFileKind::empty:
        return DatabaseState::Kind::empty;
      case SqliteFileKind::foreign:
        return DatabaseState::Kind::foreign;
      case SqliteFileKind::ours:
        break;
    }
    return DatabaseState::Kind::ours;
  };
  return {kind(), file.version, file.latest};
}

#ifdef MESSENGER_DATABASE_WITH_POSTGRES
DatabaseState stateOf(const PostgresSchema& schema) {
  const auto kind = [&] {
    switch (schema.kind) {
      case PostgresSchemaKind::missing:
        return DatabaseState::Kind::missing;
      case PostgresSchemaKind::foreign:
        return DatabaseState::Kind::foreign;
      case PostgresSchemaKind::ours:
        break;
    }
    return DatabaseState::Kind::ours;
  };
  return {kind(), schema.version, schema.latest};
}
#endif

}  // namespace

DatabaseKind kindOf(const DatabaseOptions& options) {
  return database::read(options.url).kind;
}

std::filesystem::path databaseFile(const DatabaseOptions& options) {
  return database::sqliteOptions(options, database::read(options.url)).path;
}

std::string nameOf(const DatabaseOptions& options) {
  return database::onEither(
      options, [](const SqliteOptions& file) { return file.path.string(); },
      [](const auto& server) { return nameOf(server); });
}

std::shared_ptr<Storage> openStorage(const DatabaseOptions& options) {
  return database::onEither(
      options, [](const SqliteOptions& file) { return sqliteStorage(file); },
      [](const auto& server) { return postgresStorage(server); });
}

DatabaseState inspectDatabase(const DatabaseOptions& options) {
  return database::onEither(
      options, [](const SqliteOptions& file) { return stateOf(inspectSqliteFile(file)); },
      [](const auto& server) { return stateOf(inspectPostgresSchema(server)); });
}

std::vector<std::string> checkDatabase(const DatabaseOptions& options) {
  return database::onEither(
      options, [](const SqliteOptions& file) { return checkSqliteFile(file); },
      [](const auto& server) { return checkPostgresSchema(server); });
}

}  // namespace messenger
