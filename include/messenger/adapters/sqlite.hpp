#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "messenger/contracts/storage.hpp"
#include "messenger/export.hpp"

namespace messenger::inline v0 {

/// What a committed change survives, once the verb has returned.
enum class Durability : std::uint8_t {
  full,    ///< power loss: every commit reaches the disk (`synchronous=FULL`)
  normal,  ///< a killed process; the last commits before a power loss may be missing, the file stays sound
           ///< (`synchronous=NORMAL`)
};

/// Where a SQLite storage is, and how it is used.
struct SqliteOptions {
  /// The database file. Its folder must exist and be writable; a missing or empty file becomes a database.
  /// Not `:memory:`.
  std::filesystem::path path;
  Durability durability = Durability::full;  ///< what a commit survives
  /// How long an operation may wait before StorageBusy, from its beginning on: for other changes of
  /// this process, for a free reader and for other processes, all together. A large report of heartbeats is
  /// stored in several transactions, each of which may wait so long. At least zero.
  std::chrono::milliseconds busyTimeout = std::chrono::seconds{5};
  /// How many reads run at the same time, each on its own connection, opened when first needed. 1 to 64.
  std::size_t readers = 4;
};

/// A storage in one SQLite file (WAL), with a thread directory in the same file. Any number of threads and of
/// processes on the same machine may use the file at once, and a process may have several storages on it; the
/// file must not lie on a network share. While a storage is open, nothing else in its process may open the
/// file, except through the same copy of SQLite: when any descriptor of the file is closed, POSIX drops all
/// locks that the process has on it, and others then take the file for abandoned. When the file is deleted,
/// moved or replaced meanwhile, every operation throws StorageUnavailable until it is back in its place:
/// changes from that moment on, reads after at most 10 ms.
///
/// Belongs to the process that opened it: in a child made by fork() every operation throws std::logic_error,
/// and destroying it does nothing. Such a child must not open the file itself either, because SQLite's
/// knowledge of locks is copied with it: it runs another program, or forks before anything is opened.
///
/// Creates the tables, or brings those of an older version up to date, in one transaction. Throws
/// StorageIncompatible when the file is not a SQLite database, belongs to another application, or comes from
/// a newer version; the file is left as it was. Throws StorageUnavailable when it cannot be opened, and
/// std::invalid_argument for options out of bounds. Thread-safe.
MESSENGER_EXPORT [[nodiscard]] std::shared_ptr<Storage> sqliteStorage(const SqliteOptions& options);

/// The same with the defaults.
MESSENGER_EXPORT [[nodiscard]] std::shared_ptr<Storage> sqliteStorage(const std::filesystem::path& path);

/// What a file may be.
enum class SqliteFileKind : std::uint8_t {
  missing,
  empty,    ///< no bytes: `sqliteStorage` would create a database in it
  foreign,  ///< not a SQLite file, or of another application
  ours,
};

/// What is in a file.
struct SqliteFile {
  SqliteFileKind kind = SqliteFileKind::missing;  ///< what was found
  std::int64_t version = 0;                       ///< of the tables in the file, when the kind is `ours`
  std::int64_t latest = 0;  ///< the version this library uses; it cannot open a higher one
};

/// What lies at `options.path`, for tools: nothing is made or changed. Safe while this process has a storage
/// on the file. Throws StorageUnavailable when it cannot be read.
MESSENGER_EXPORT [[nodiscard]] SqliteFile inspectSqliteFile(const SqliteOptions& options);

/// Looks for damage with SQLite's own checks and with the rules that hold between rows. Reads everything from
/// one snapshot, while others continue to work; changes nothing. Returns one sentence for each problem, with
/// ids but never with a room; empty when the file is sound. Throws StorageIncompatible when the file is not a
/// messenger database of the latest version, StorageCorrupt when it is too damaged to read,
/// StorageUnavailable when it cannot be opened.
MESSENGER_EXPORT [[nodiscard]] std::vector<std::string> checkSqliteFile(const SqliteOptions& options);

}  // namespace messenger
