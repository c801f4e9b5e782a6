#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <chrono>
#include <filesystem>
#include <unordered_map>

#include "adapters/sqlite/file_path.hpp"
#include "adapters/sqlite/sql.hpp"
#include "adapters/sqlite/statement_probe.hpp"

namespace messenger::inline v0::sqlite {

enum class Access : std::uint8_t { read, write };

enum class Begin : std::uint8_t {
  immediate,  ///< takes the write lock at once: never an upgrade, so never a stale snapshot
  deferred,   ///< several reads of one snapshot
};

/// A connection and its prepared statements. Confined to one OS thread at a time.
class Connection {
 public:
  /// Opens an existing file. Throws StorageUnavailable when it is replaced meanwhile.
  Connection(const std::filesystem::path& path, Access access, std::chrono::milliseconds busyTimeout,
             StatementProbe* probe);

  /// The statement, prepared on first use.
  [[nodiscard]] SQLite::Statement& prepared(Sql sql);

  /// Runs statements without keeping them prepared: pragmas, migrations.
  void execute(const char* sql);

  /// The first column of the first row, as a number.
  [[nodiscard]] std::int64_t number(const char* sql);

  [[nodiscard]] StatementProbe* probe() const noexcept { return probe_; }
  /// Reports to the probe.
  void announce(const char* sql) {
    if (probe_ != nullptr) probe_->beforeStatement(sql);
  }
  void announceCommit() {
    if (probe_ != nullptr) probe_->afterCommit();
  }

  /// How long SQLite waits for locks of other processes from now on.
  void setBusyTimeout(std::chrono::milliseconds atMost);

  [[nodiscard]] SQLite::Database& database() noexcept { return database_; }

  /// The file that is open. Whoever begins a transaction asks it whether the path still leads there.
  [[nodiscard]] const FileIdentity& file() const noexcept { return file_; }

  /// Whether a transaction is open.
  [[nodiscard]] bool inTransaction() const noexcept;

  enum class Checkpoint : std::uint8_t {
    passive,   ///< waits for nobody; the log begins anew when nobody reads from it
    truncate,  ///< waits for those who read, and gives the log's space back
  };
  /// Writes the log back into the file. True: all of it. False: others need some of it, or there is no space
  /// for what the file grows by. REQUIRES: no transaction.
  bool checkpoint(Checkpoint kind) noexcept;

  /// Takes the space for all pages that the file has after this transaction, so that writing the log back
  /// never needs any: a log that has filled the disk could not be cut otherwise. Throws DiskFull when there
  /// is none. REQUIRES: a transaction is open that writes.
  void reserveFile();

  /// Keeps the log small where there is little space: see `keepLogSmall`.
  void limitLog(std::int64_t pages) noexcept;

  void begin(Begin kind);
  void commit();
  void rollback() noexcept;

 private:
  FileIdentity file_;
  SQLite::Database database_;
  StatementProbe* probe_;
  std::int64_t logPages_ = 0;
  std::int64_t pageBytes_ = 0;  ///< of the file, which another program may have made; 0: not read yet
  std::unordered_map<const char*, SQLite::Statement> statements_;
};

/// While it exists, all reads see the same state.
class Snapshot {
 public:
  explicit Snapshot(Connection& connection) : connection_(connection) {
    connection_.rollback();
    connection_.begin(Begin::deferred);
  }
  ~Snapshot() { connection_.rollback(); }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  Connection& connection_;
};

}  // namespace messenger::sqlite
