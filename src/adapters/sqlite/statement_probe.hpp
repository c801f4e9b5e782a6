#pragma once

#include <memory>
#include <string_view>

#include "adapters/sqlite/schema.hpp"
#include "messenger/adapters/sqlite.hpp"

namespace messenger::inline v0::sqlite {

/// For tests: called around every statement that the storage runs, to fail it (throw), to die at it (_exit),
/// to count it, or to let others run.
class StatementProbe {
 public:
  StatementProbe() = default;
  StatementProbe(const StatementProbe&) = delete;
  StatementProbe& operator=(const StatementProbe&) = delete;
  virtual ~StatementProbe() = default;

  /// Before a statement runs, BEGIN and COMMIT included, ROLLBACK not. An exception counts as a failure of
  /// the statement; a SQLite::Exception is translated like any other.
  virtual void beforeStatement(std::string_view sql) = 0;

  /// After a commit, before its result is returned. An exception is thrown instead of the result.
  virtual void afterCommit() = 0;

  /// An OS thread's change waits for its turn to write, or for the one who commits it. True: look again.
  /// False: let it wait. Called without a lock. Must not throw.
  virtual bool whileWaiting() noexcept { return false; }
};

/// As `sqliteStorage`, with a probe (borrowed, may be null) and another list of migrations.
[[nodiscard]] std::shared_ptr<Storage> makeSqliteStorage(const SqliteOptions& options, StatementProbe* probe,
                                                         Migrations migrations = schemaMigrations());

}  // namespace messenger::sqlite
