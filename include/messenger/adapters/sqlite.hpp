#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "messenger/contracts/storage.hpp"

namespace messenger {

/// What a committed change survives, once the verb has returned.
enum class Durability : std::uint8_t {
  full,    ///< power loss: every commit reaches the disk (`synchronous=FULL`)
  normal,  ///< a killed process; the last commits before a power loss may be missing, the file stays sound
           ///< (`synchronous=NORMAL`)
};

struct SqliteOptions {
  /// The database file. Its folder must exist and be writable; a missing or empty file becomes a database.
  /// Not `:memory:`.
  std::filesystem::path path;
  Durability durability = Durability::full;
  /// How long an operation may wait in total before it throws StorageUnavailable: for other changes of this
  /// process, for a free reader and for other processes together. A large report of heartbeats is stored in
  /// several transactions, and each may wait this long. Zero or more.
  std::chrono::milliseconds busyTimeout = std::chrono::seconds{5};
  /// How many reads run at the same time, each on its own connection, opened when first needed. 1 to 64.
  std::size_t readers = 4;
};

/// A storage in one SQLite file (WAL), with a thread directory in the same file. Any number of OS threads and
/// processes on the same machine may use the file at once. It must not be on a network share.
///
/// Creates the tables, or brings those of an older version up to date, in one transaction. Throws
/// StorageIncompatible when the file is not a SQLite database, belongs to another application, or comes from
/// a newer version; the file is left as it was. Throws StorageUnavailable when it cannot be opened, and
/// std::invalid_argument for options out of bounds. Thread-safe.
[[nodiscard]] std::shared_ptr<Storage> sqliteStorage(const SqliteOptions& options);

/// The same with the defaults.
[[nodiscard]] std::shared_ptr<Storage> sqliteStorage(const std::filesystem::path& path);

enum class SqliteFileKind : std::uint8_t {
  missing,
  empty,    ///< no bytes: `sqliteStorage` would create a database in it
  foreign,  ///< not a SQLite file, or of another application
  ours,
};

struct SqliteFile {
  SqliteFileKind kind = SqliteFileKind::missing;
  std::int64_t version = 0;  ///< of the tables in the file, when the kind is `ours`
  std::int64_t latest = 0;   ///< the version this library uses; it cannot open a higher one
};

/// What is at `options.path`, for tools. Creates and changes nothing. Throws StorageUnavailable when it
/// cannot be read.
[[nodiscard]] SqliteFile inspectSqliteFile(const SqliteOptions& options);

/// Looks for damage with SQLite's own checks and with the rules that hold between rows. Reads everything from
/// one snapshot, while others continue to work; changes nothing. Returns one sentence for each problem, with
/// ids but never with a room; empty when the file is sound. Throws StorageIncompatible when the file is not a
/// messenger database of the latest version, StorageCorrupt when it is too damaged to read,
/// StorageUnavailable when it cannot be opened.
[[nodiscard]] std::vector<std::string> checkSqliteFile(const SqliteOptions& options);

}  // namespace messenger
