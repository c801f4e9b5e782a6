#pragma once

#include <string>

#include "messenger/adapters/database/database.hpp"
#ifdef MESSENGER_DATABASE_WITH_POSTGRES
#include "messenger/adapters/postgres/postgres_storage.hpp"
#endif

namespace messenger::database {

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

}  // namespace messenger::database
