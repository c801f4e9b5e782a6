#pragma once

#include <string>

#include "messenger/adapters/database/database.hpp"
#ifdef MESSENGER_DATABASE_WITH_POSTGRES
#include "messenger/adapters/postgres/postgres_storage.hpp"
#endif

namespace messenger::inline v0::database {

struct Url {
  DatabaseKind kind = DatabaseKind::sqlite;
  std::string rest;  ///< the path of a file, or what libpq gets
};

/// Throws std::invalid_argument, without any part of the URL.
[[nodiscard]] Url read(const std::string& url);

[[nodiscard]] SqliteOptions sqliteOptions(const DatabaseOptions& options, const Url& url);
#ifdef MESSENGER_DATABASE_WITH_POSTGRES
[[nodiscard]] PostgresOptions postgresOptions(const DatabaseOptions& options, const Url& url);
#endif

/// What `sqlite` makes of a file, or `postgres` of a server.
template <class Sqlite, class Postgres>
auto onEither(const DatabaseOptions& options, Sqlite sqlite, [[maybe_unused]] Postgres postgres) {
  const database::Url url = read(options.url);
#ifdef MESSENGER_DATABASE_WITH_POSTGRES
  if (url.kind == DatabaseKind::postgres) return postgres(postgresOptions(options, url));
#endif
  return sqlite(sqliteOptions(options, url));
}

}  // namespace messenger::database
