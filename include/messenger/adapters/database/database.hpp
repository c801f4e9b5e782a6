#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "messenger/adapters/sqlite.hpp"
#include "messenger/contracts/presence.hpp"
#include "messenger/contracts/storage.hpp"

namespace messenger {

/// A database that the user of a program names, by a text from its command line or environment. A host that
/// knows what it uses calls `sqliteStorage` or `postgresStorage` itself.
struct DatabaseOptions {
  /// `sqlite:PATH` or a plain path; `postgresql://…` or `postgres://…`, as libpq reads them. A path with a
  /// colon before its first slash is written `./PATH` or `sqlite:PATH`.
  std::string url;
  /// `PostgresOptions::schema`.
  std::string schema = "messenger";
  /// `PostgresOptions::connections`.
  std::size_t connections = 8;
  /// `SqliteOptions::durability`.
  Durability durability = Durability::full;
  /// `SqliteOptions::busyTimeout` or `PostgresOptions::timeLimit`, which is at least 100 ms.
  std::chrono::milliseconds timeLimit = std::chrono::seconds{5};
};

enum class DatabaseKind : std::uint8_t { sqlite, postgres };

/// Which one the URL names. Throws std::invalid_argument when it names none, or one that was not built into
/// this program. The text says what there is, and has no part of the URL, which may contain a password.
[[nodiscard]] DatabaseKind kindOf(const DatabaseOptions& options);

/// The file, for SQLite. REQUIRES: it is one.
[[nodiscard]] std::filesystem::path databaseFile(const DatabaseOptions& options);

/// For people: the path of a file, or `PostgreSQL host:port/database, schema NAME`; never a user or a
/// password. Throws as `kindOf`.
[[nodiscard]] std::string nameOf(const DatabaseOptions& options);

/// Opens it, and makes its tables or brings them up to date: as `sqliteStorage` and `postgresStorage`. Throws
/// as `kindOf` and as these.
[[nodiscard]] std::shared_ptr<Storage> openStorage(const DatabaseOptions& options);

/// What is in a database.
struct DatabaseState {
  enum class Kind : std::uint8_t {
    missing,  ///< no file; or no tables in the schema, or no schema
    empty,    ///< a file without bytes
    foreign,  ///< of another application
    ours,
  };
  Kind kind = Kind::missing;
  std::int64_t version = 0;  ///< of the tables, when the kind is `ours`
  std::int64_t latest = 0;   ///< the version this library uses; it cannot open a higher one
};

/// For tools: nothing is made or changed. Throws as `kindOf`; StorageUnavailable when it cannot be read.
[[nodiscard]] DatabaseState inspectDatabase(const DatabaseOptions& options);

/// Looks for damage, as `checkSqliteFile` and `checkPostgresSchema`.
[[nodiscard]] std::vector<std::string> checkDatabase(const DatabaseOptions& options);

/// The presence that a URL names: `memory`, or nothing, for this process's own; `redis://…` or `rediss://…`,
/// as RedisOptions has it, for one that processes share. Throws std::invalid_argument, without any part of
/// the URL, for what it does not know or what was not built into this program.
[[nodiscard]] std::shared_ptr<Presence> openPresence(const std::string& url);

}  // namespace messenger
