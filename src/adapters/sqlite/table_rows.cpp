#include "adapters/sqlite/table_rows.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "adapters/sqlite/connection.hpp"
#include "adapters/sqlite/file_clock.hpp"
#include "adapters/sqlite/sqlite_error.hpp"

namespace messenger::inline v0::sqlite {
namespace {

using support::StoredRow;
using support::StoredTable;

constexpr std::size_t rowsAtOnce = 1000;

StoredRow readRow(SQLite::Statement& row) {
  StoredRow values;
  for (int i = 0; i < row.getColumnCount(); ++i) {
    const SQLite::Column value = row.getColumn(i);
    values.push_back(value.isNull() ? std::nullopt : std::optional{value.getString()});
  }
  return values;
}

/// Both sides, on one connection.
class FileTables final : public support::TableWriter {
 public:
  FileTables(const SqliteOptions& options, Begin kind)
      : file_(options.path.string()), connection_(translating(file_, [&] {
          return std::make_unique<Connection>(options.path,
                                              kind == Begin::deferred ? Access::read : Access::write,
                                              options.busyTimeout, nullptr);
        })) {
    translating(file_, [&] {
      connection_->begin(kind);
      if (kind == Begin::immediate) takeTriggers();
    });
  }
  ~FileTables() override {
    rows_.reset();
    connection_->rollback();
  }
  FileTables(const FileTables&) = delete;
  FileTables& operator=(const FileTables&) = delete;

  [[nodiscard]] std::vector<std::string> columns(const StoredTable& table) override {
    return translating(file_, [&] {
      std::vector<std::string> names;
      SQLite::Statement rows(
          connection_->database(),
          fmt::format("SELECT name FROM pragma_table_info('{}') ORDER BY name", table.name));
      while (rows.executeStep()) names.push_back(rows.getColumn(0).getString());
      return names;
    });
  }

  [[nodiscard]] std::size_t count(const StoredTable& table) override {
    return translating(file_, [&] {
      return static_cast<std::size_t>(connection_->number(
          fmt::format("SELECT count(*) FROM {} WHERE {}", table.name, table.isCopied).c_str()));
    });
  }

  void open(const StoredTable& table, const std::vector<std::string>& columns) override {
    translating(file_, [&] {
      rows_ = std::make_unique<SQLite::Statement>(
          connection_->database(),
          fmt::format("SELECT {} FROM {} WHERE {} ORDER BY {}", fmt::join(columns, ", "), table.name,
                      table.isCopied, table.key));
    });
  }

  [[nodiscard]] std::vector<StoredRow> next() override {
    return translating(file_, [&] {
      std::vector<StoredRow> rows;
      while (rows_ && rows.size() < rowsAtOnce) {
        if (rows_->executeStep()) {
          rows.push_back(readRow(*rows_));
        } else {
          rows_.reset();
        }
      }
      return rows;
    });
  }

  void write(const StoredTable& table, const std::vector<std::string>& columns,
             const std::vector<StoredRow>& rows) override {
    translating(file_, [&] {
      const std::vector<std::string> places(columns.size(), "?");
      SQLite::Statement insert(connection_->database(),
                               fmt::format("INSERT INTO {} ({}) VALUES ({})", table.name,
                                           fmt::join(columns, ", "), fmt::join(places, ", ")));
      for (const StoredRow& each : rows) {
        for (std::size_t i = 0; i < each.size(); ++i) {
          // A number in a text becomes one in a column of numbers.
          if (each[i]) insert.bindNoCopy(static_cast<int>(i) + 1, *each[i]);
        }
        insert.exec();
        insert.reset();
        insert.clearBindings();
      }
    });
  }

  void commit(StorageTime now) override {
    translating(file_, [&] {
      for (const std::string& each : triggers_) connection_->execute(each.c_str());
      setClock(*connection_, now);
      connection_->commit();
    });
  }

 private:
  /// They count rows, and the numbers are copied.
  void takeTriggers() {
    std::vector<std::string> names;
    {
      SQLite::Statement rows(connection_->database(),
                             "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'");
      while (rows.executeStep()) {
        names.push_back(rows.getColumn(0).getString());
        triggers_.push_back(rows.getColumn(1).getString());
      }
    }
    for (const std::string& each : names) connection_->execute(fmt::format("DROP TRIGGER {}", each).c_str());
  }

  const std::string file_;
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<SQLite::Statement> rows_;
  std::vector<std::string> triggers_;
};

}  // namespace

std::unique_ptr<support::TableReader> readTables(const SqliteOptions& options) {
  return std::make_unique<FileTables>(options, Begin::deferred);
}

std::unique_ptr<support::TableWriter> writeTables(const SqliteOptions& options) {
  return std::make_unique<FileTables>(options, Begin::immediate);
}

}  // namespace messenger::sqlite
