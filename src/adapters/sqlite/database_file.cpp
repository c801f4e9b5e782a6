#include "adapters/sqlite/database_file.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <system_error>
#include <thread>

#include "adapters/sqlite/file_header.hpp"
#include "adapters/sqlite/file_path.hpp"
#include "adapters/sqlite/sqlite_error.hpp"
#include "messenger/errors.hpp"
#include "support/deadline.hpp"

namespace messenger::inline v0::sqlite {

namespace {

namespace fs = std::filesystem;

std::string reason(int code) {
  return std::error_code(code, std::generic_category()).message();
}

/// Makes the file when there is none, without opening it: only SQLite may close a descriptor of it
/// (file_header.hpp). SQLite gives its companions (-wal, -shm) the same permissions.
void createPrivately(const fs::path& path) {
  constexpr mode_t ownerOnly = S_IRUSR | S_IWUSR;
  if (::mknod(path.c_str(), S_IFREG | ownerOnly, 0) != 0) {
    if (errno == EEXIST) return;
    throw StorageUnavailable(fmt::format("{} cannot be made: {}", path.string(), reason(errno)));
  }
  if (::chmod(path.c_str(), ownerOnly) != 0)  // whatever the umask took away
    throw StorageUnavailable(fmt::format("{} cannot be made private: {}", path.string(), reason(errno)));
}

/// Closing a connection must not write the -wal into a file that the library must not change.
void keepWalOnClose(SQLite::Database& database, bool keep) {
  sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep ? 1 : 0, nullptr);
}

/// `file:` URI of an absolute path, for `immutable`: reads the file alone, takes no lock and makes no file
/// beside it. The empty authority keeps a path that begins with two slashes from being taken for one.
std::string immutableUri(const fs::path& path) {
  std::string uri = "file://";
  for (const char c : path.string()) {
    if (c == '%' || c == '?' || c == '#') {
      uri += fmt::format("%{:02X}", static_cast<unsigned>(c));
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

/// For a file without an application id: whether it has any content.
bool hasTables(const fs::path& path, const FileHeader& header, std::chrono::milliseconds busyTimeout) {
  std::error_code ignored;
  const bool walIsEmpty = fs::file_size(path.string() + "-wal", ignored) == 0 || ignored;
  const bool alone = header.usesWal() && walIsEmpty;
  const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | (alone ? SQLITE_OPEN_URI : 0);
  try {
    SQLite::Database database(alone ? immutableUri(path) : path.string(), flags,
                              static_cast<int>(busyTimeout.count()));
    keepWalOnClose(database, true);
    const bool becameOurs = database.execAndGet("PRAGMA application_id").getInt64() == applicationId;
    return !becameOurs && database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt64() != 0;
  } catch (const SQLite::Exception& error) {
    // An unfinished transaction of another application; only that application may roll it back.
    if (error.getExtendedErrorCode() == SQLITE_READONLY_ROLLBACK) return true;
    throw;
  }
}

/// Refuses a foreign file before anything is opened for writing.
void requireOurs(const fs::path& path, std::chrono::milliseconds busyTimeout, Migrations migrations) {
  const FileHeader header(path);
  if (header.empty()) return;
  if (!header.isSqlite())
    throw StorageIncompatible(fmt::format("{} is not a SQLite database", path.string()));
  const bool tables = header.application() == 0 && hasTables(path, header, busyTimeout);
  requireCompatible(path.string(), header.application(), header.version(), tables, migrations);
}

/// Another process that switches the same new file makes this busy, and SQLite waits only for some of its
/// locks.
template <class Step>
void retryWhileBusy(std::chrono::milliseconds busyTimeout, Step&& step) {
  const auto deadline = support::deadlineIn(busyTimeout);
  while (true) {
    try {
      return step();
    } catch (const SQLite::Exception& error) {
      if ((error.getErrorCode() & 0xff) != SQLITE_BUSY || std::chrono::steady_clock::now() >= deadline) throw;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
}

void switchToWal(Connection& connection, const fs::path& path) {
  constexpr const char* sql = "PRAGMA journal_mode = WAL";
  connection.announce(sql);
  const std::string mode = connection.database().execAndGet(sql).getString();
  if (mode != "wal") {
    throw StorageUnavailable(
        fmt::format("{} cannot use a write-ahead log here (journal mode {})", path.string(), mode));
  }
}

constexpr const char* cacheSize = "PRAGMA cache_size = -8192";  // KiB

// Every call changes the same pages: fewer checkpoints write them back less often, at the price of a log of
// 16 MiB instead of 4. If a long read makes the log grow more, it is cut again to four times that.
constexpr std::int64_t mostLogPages = 4000;
constexpr std::int64_t fewestLogPages = 64;

}  // namespace

std::unique_ptr<Connection> openWriter(const SqliteOptions& options, StatementProbe* probe,
                                       Migrations migrations) {
  const fs::path& path = options.path;
  return translating(path.string(), [&] {
    requirePlace(path);
    createPrivately(path);
    requireOurs(path, options.busyTimeout, migrations);

    auto connection = std::make_unique<Connection>(path, Access::write, options.busyTimeout, probe);
    SQLite::Database& database = connection->database();
    if (sqlite3_db_readonly(database.getHandle(), "main") == 1)
      throw StorageUnavailable(fmt::format("{} is not writable", path.string()));

    // The version in the header may be older than the one in the -wal, so `migrate` checks it.
    keepWalOnClose(database, true);
    retryWhileBusy(options.busyTimeout, [&] { migrate(*connection, migrations); });
    keepWalOnClose(database, false);

    retryWhileBusy(options.busyTimeout, [&] { switchToWal(*connection, path); });
    connection->execute(options.durability == Durability::full ? "PRAGMA synchronous = FULL"
                                                               : "PRAGMA synchronous = NORMAL");
    connection->execute("PRAGMA foreign_keys = ON");
    connection->execute(cacheSize);
    keepLogSmall(*connection, path.c_str());
    return connection;
  });
}

void keepLogSmall(Connection& writer, const char* path) noexcept {
  struct statvfs disk {};
  if (::statvfs(path, &disk) != 0) return;
  constexpr std::int64_t pageSize = 4096;
  const auto free =
      static_cast<std::int64_t>(disk.f_bavail) * static_cast<std::int64_t>(disk.f_frsize) / pageSize;
  writer.limitLog(std::clamp(free / 16, fewestLogPages, mostLogPages));
}

std::unique_ptr<Connection> openReader(const SqliteOptions& options, StatementProbe* probe,
                                       const FileIdentity& file) {
  file.requireUnchanged();
  auto connection = std::make_unique<Connection>(options.path, Access::read, options.busyTimeout, probe);
  file.requireUnchanged();
  connection->execute(cacheSize);
  return connection;
}

}  // namespace messenger::sqlite
