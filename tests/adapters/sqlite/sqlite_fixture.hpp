#pragma once

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "adapters/sqlite/statement_probe.hpp"
#include "messenger/adapters/sqlite.hpp"
#include "tests/support/temp_dir.hpp"

namespace messenger::inline v0::testing {

/// A folder with one database file, gone with the test.
class SqliteFixture {
 public:
  [[nodiscard]] std::filesystem::path file() const { return dir_.file("app.db"); }
  [[nodiscard]] SqliteOptions options() const;
  [[nodiscard]] std::shared_ptr<Storage> open() const;
  [[nodiscard]] std::shared_ptr<Storage> open(sqlite::StatementProbe& probe) const;

  /// Runs SQL on the file on a separate connection, as with the sqlite3 shell. Throws SQLite::Exception.
  void run(const std::string& sql) const;
  [[nodiscard]] std::int64_t number(const std::string& sql) const;
  [[nodiscard]] std::string text(const std::string& sql) const;

  /// All rows of all tables, without how far the file's clock has come.
  [[nodiscard]] std::string dump() const;

  /// The bytes of the file.
  [[nodiscard]] std::string bytes() const;
  void write(std::string_view bytes) const;

  /// The names of the files in the folder.
  [[nodiscard]] std::set<std::string> names() const;

 private:
  TempDir dir_;
};

/// Fails the nth statement, or the answer to the commit, once.
class FailingProbe final : public sqlite::StatementProbe {
 public:
  void beforeStatement(std::string_view sql) override;
  void afterCommit() override;

  void failNth(std::size_t n);
  void failAfterCommit();
  /// Cancels the planned fault; counting continues.
  void heal();
  [[nodiscard]] bool struck() const noexcept { return struck_; }
  /// How many have run; the one that stores the clock once a second does not count.
  [[nodiscard]] std::size_t statements() const noexcept { return statements_; }

 private:
  std::size_t statements_ = 0;
  std::size_t failing_ = 0;
  bool failingCommit_ = false;
  bool struck_ = false;
};

}  // namespace messenger::testing
