#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <chrono>
#include <filesystem>
#include <unordered_map>

#include "adapters/sqlite/sql.hpp"
#include "adapters/sqlite/statement_probe.hpp"

namespace messenger::sqlite {

enum class Access : std::uint8_t { read, write };

/// A connection and its prepared statements. Confined to one thread at a time.
class Connection {
 public:
  /// Opens a file that is there.
  Connection(const std::filesystem::path& path, Access access, std::chrono::milliseconds busyTimeout,
             StatementProbe* probe);

  /// The statement, prepared on first use.
  [[nodiscard]] SQLite::Statement& prepared(Sql sql);

  /// Runs statements that are not worth keeping: pragmas, migrations.
  void execute(const char* sql);

  /// The first column of the first row, as a number.
  [[nodiscard]] std::int64_t number(const char* sql);

  /// Tells the probe.
  void announce(const char* sql) {
    if (probe_ != nullptr) probe_->beforeStatement(sql);
  }
  void announceCommit() {
    if (probe_ != nullptr) probe_->afterCommit();
  }

  [[nodiscard]] SQLite::Database& database() noexcept { return database_; }

  /// Whether a transaction is open.
  [[nodiscard]] bool inTransaction() const noexcept;

  void rollback() noexcept;

 private:
  SQLite::Database database_;
  StatementProbe* probe_;
  std::unordered_map<const char*, SQLite::Statement> statements_;
};

enum class Begin : std::uint8_t {
  immediate,  ///< takes the write lock at once: never an upgrade, so never a stale snapshot
  deferred,   ///< several reads of one snapshot
};

/// Rolled back unless committed.
class Transaction {
 public:
  Transaction(Connection& connection, Begin kind);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit();

 private:
  Connection& connection_;
};

}  // namespace messenger::sqlite
