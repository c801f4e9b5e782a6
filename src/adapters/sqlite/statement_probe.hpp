#pragma once

#include <memory>
#include <string_view>

#include "adapters/sqlite/schema.hpp"
#include "messenger/adapters/sqlite.hpp"

namespace messenger::sqlite {

/// A test's view on every statement that the storage runs: to fail it (throw), to die at it (_exit), to count
/// it.
class StatementProbe {
 public:
  StatementProbe() = default;
  StatementProbe(const StatementProbe&) = delete;
  StatementProbe& operator=(const StatementProbe&) = delete;
  virtual ~StatementProbe() = default;

  /// Before a statement runs, BEGIN and COMMIT included, ROLLBACK not. What it throws counts as the
  /// statement's own failure; a SQLite::Exception is translated like any other.
  virtual void beforeStatement(std::string_view sql) = 0;

  /// A change is committed, its caller does not know yet. What it throws reaches the caller.
  virtual void afterCommit() = 0;
};

/// What `sqliteStorage` makes, with a probe (borrowed, may be null) and with another list of migrations.
[[nodiscard]] std::shared_ptr<Storage> makeSqliteStorage(const SqliteOptions& options, StatementProbe* probe,
                                                         Migrations migrations = schemaMigrations());

}  // namespace messenger::sqlite
