#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "messenger/adapters/sqlite.hpp"
#include "messenger/contracts/presence.hpp"
#include "messenger/contracts/storage.hpp"
#include "messenger/export.hpp"

namespace messenger::inline v0 {

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
  /// `PostgresOptions::listens`.
  bool listens = true;
  /// `PostgresOptions::listenUrl`.
  std::string listenUrl{};
  /// `PostgresOptions::pooled`.
  bool pooled = false;
  /// `SqliteOptions::durability`.
  Durability durability = Durability::full;
  /// `SqliteOptions::busyTimeout` or `PostgresOptions::timeLimit`, which is at least 100 ms.
  std::chrono::milliseconds timeLimit = std::chrono::seconds{5};
};

/// The databases that a URL can name.
enum class DatabaseKind : std::uint8_t { sqlite, postgres };

/// Which one the URL names. Throws std::invalid_argument when it names none, or one that was not built into
/// this program. The text says what there is, and has no part of the URL, which may contain a password.
MESSENGER_EXPORT [[nodiscard]] DatabaseKind kindOf(const DatabaseOptions& options);

/// The file, for SQLite. REQUIRES: it is one.
MESSENGER_EXPORT [[nodiscard]] std::filesystem::path databaseFile(const DatabaseOptions& options);

/// For people: the path of a file, or `PostgreSQL host:port/database, schema NAME`; never a user or a
/// password. Throws as `kindOf`.
MESSENGER_EXPORT [[nodiscard]] std::string nameOf(const DatabaseOptions& options);

/// Opens it, and makes its tables or brings them up to date: as `sqliteStorage` and `postgresStorage`. Throws
/// as `kindOf` and as these.
MESSENGER_EXPORT [[nodiscard]] std::shared_ptr<Storage> openStorage(const DatabaseOptions& options);

/// What is in a database.
struct DatabaseState {
  /// What is found there.
  enum class Kind : std::uint8_t {
    missing,  ///< no file; or no tables in the schema, or no schema
    empty,    ///< a file without bytes
    foreign,  ///< of another application
    ours,
  };
  Kind kind = Kind::missing;  ///< what was found
  std::int64_t version = 0;   ///< of the tables, when the kind is `ours`
  std::int64_t latest = 0;    ///< the version this library uses; it cannot open a higher one
};

/// For tools: nothing is made or changed. Throws as `kindOf`; StorageUnavailable when it cannot be read.
MESSENGER_EXPORT [[nodiscard]] DatabaseState inspectDatabase(const DatabaseOptions& options);

/// Looks for damage, as `checkSqliteFile` and `checkPostgresSchema`.
MESSENGER_EXPORT [[nodiscard]] std::vector<std::string> checkDatabase(const DatabaseOptions& options);

/// How far a copy is.
struct CopyStep {
  const char* table = "";  ///< the table that is being copied
  bool compares = false;   ///< the rows have been written, and are read again
  std::size_t done = 0;    ///< rows, of all tables
  std::size_t total = 0;   ///< rows, of all tables together
};
/// Called after some rows. False stops the copy.
using CopyProgress = std::function<bool(const CopyStep&)>;

/// What became of a copy.
struct DatabaseCopy {
  /// How it ended.
  enum class Status : std::uint8_t {
    done,
    notEmpty,  ///< the target has rows, and was left as it was
    stopped,   ///< by the callback: nothing was copied
  };
  Status status = Status::done;                             ///< how it ended
  std::vector<std::pair<std::string, std::size_t>> rows{};  ///< of each table, when it is done
};

/// Copies everything from one database into another one, of any kind, in one transaction there: compared row
/// by row before it is committed, and without a trace when it fails or the process dies. The storage's clock
/// goes on in the copy. Makes the tables of the target when there are none, as `openStorage`.
///
/// The source is read at one moment: what is written there afterwards is not in the copy. So no host may run
/// on either. On PostgreSQL the target needs the rights of the tables' owner. `timeLimit` is for connecting
/// and for waiting for others; the copy takes as long as it takes. Throws StorageIncompatible unless the
/// source has the tables of the latest version; StorageError when the target cannot store a text, or the copy
/// differs; otherwise as `openStorage`.
MESSENGER_EXPORT [[nodiscard]] DatabaseCopy copyDatabase(const DatabaseOptions& from,
                                                         const DatabaseOptions& to, const CopyProgress& goOn);

/// The presence that a URL names: `memory`, or nothing, for this process's own; `redis://…` or `rediss://…`,
/// as RedisOptions has it, for one that processes share. Throws std::invalid_argument, without any part of
/// the URL, for what it does not know or what was not built into this program.
MESSENGER_EXPORT [[nodiscard]] std::shared_ptr<Presence> openPresence(const std::string& url);

}  // namespace messenger
