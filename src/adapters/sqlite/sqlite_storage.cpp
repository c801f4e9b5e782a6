#include "adapters/sqlite/sqlite_storage.hpp"

#include <stdexcept>

#include "adapters/sqlite/statement_probe.hpp"
#include "messenger/adapters/sqlite.hpp"

namespace messenger::inline v0 {

namespace sqlite {

namespace {

constexpr std::size_t maxReaders = 64;

SqliteOptions checked(SqliteOptions options) {
  if (options.path.empty()) throw std::invalid_argument("SqliteOptions::path is empty");
  if (options.path == ":memory:")
    throw std::invalid_argument(
        "SqliteOptions::path must name a file; memoryStorage() keeps calls in memory");
  if (options.busyTimeout < std::chrono::milliseconds::zero())
    throw std::invalid_argument("SqliteOptions::busyTimeout must not be negative");
  if (options.readers < 1 || options.readers > maxReaders)
    throw std::invalid_argument("SqliteOptions::readers must be 1 to 64");
  // Readers open later, when the process may have another current folder. And SQLite would treat a relative
  // "file:…" as a URI.
  options.path = std::filesystem::absolute(options.path);
  return options;
}

}  // namespace

std::shared_ptr<Storage> makeSqliteStorage(const SqliteOptions& options, StatementProbe* probe,
                                           Migrations migrations) {
  return std::make_shared<SqliteStorage>(checked(options), probe, migrations);
}

}  // namespace sqlite

std::shared_ptr<Storage> sqliteStorage(const SqliteOptions& options) {
  return sqlite::makeSqliteStorage(options, nullptr);
}

std::shared_ptr<Storage> sqliteStorage(const std::filesystem::path& path) {
  SqliteOptions options;
  options.path = path;
  return sqliteStorage(options);
}

}  // namespace messenger
