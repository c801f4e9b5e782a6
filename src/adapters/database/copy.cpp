#include <fmt/format.h>

#include <chrono>
#include <iterator>
#include <memory>

#include "adapters/database/database_url.hpp"
#include "adapters/sqlite/table_rows.hpp"
#include "messenger/adapters/defaults.hpp"
#include "messenger/errors.hpp"
#ifdef MESSENGER_DATABASE_WITH_POSTGRES
#include "adapters/postgres/table_rows.hpp"
#endif

namespace messenger::inline v0 {

#ifndef MESSENGER_DATABASE_WITH_POSTGRES
/// Named below, and never called.
namespace postgres {
template <class Options>
std::unique_ptr<support::TableReader> readTables(const Options& options);
template <class Options>
std::unique_ptr<support::TableWriter> writeTables(const Options& options);
}  // namespace postgres
#endif

namespace {

using support::StoredRow;
using support::StoredTable;
using support::storedTables;
using support::TableReader;
using support::TableWriter;

void requireLatest(const DatabaseOptions& options) {
  const DatabaseState found = inspectDatabase(options);
  if (found.kind == DatabaseState::Kind::ours && found.version == found.latest) return;
  throw StorageIncompatible(
      fmt::format("{} does not have the tables of version {}", nameOf(options), found.latest));
}

std::unique_ptr<TableReader> readTables(const DatabaseOptions& options) {
  return database::onEither(
      options, [](const SqliteOptions& file) { return sqlite::readTables(file); },
      [](const auto& server) { return postgres::readTables(server); });
}

std::unique_ptr<TableWriter> writeTables(const DatabaseOptions& options) {
  return database::onEither(
      options, [](const SqliteOptions& file) { return sqlite::writeTables(file); },
      [](const auto& server) { return postgres::writeTables(server); });
}

/// All rows of a table, one by one.
class Cursor {
 public:
  Cursor(TableReader& reader, const StoredTable& table, const std::vector<std::string>& columns)
      : reader_(reader) {
    reader_.open(table, columns);
  }

  /// Null at the end.
  [[nodiscard]] const StoredRow* next() {
    if (isAtEnd_) return nullptr;
    if (at_ == rows_.size()) {
      rows_ = reader_.next();
      at_ = 0;
      isAtEnd_ = rows_.empty();
    }
    return isAtEnd_ ? nullptr : &rows_[at_++];
  }

 private:
  TableReader& reader_;
  std::vector<StoredRow> rows_;
  std::size_t at_ = 0;
  bool isAtEnd_ = false;
};

/// One copy, in the transaction of `to`.
class Copying {
 public:
  Copying(TableReader& from, TableWriter& to, const CopyProgress& goOn) : from_(from), to_(to), goOn_(goOn) {
    for (const StoredTable& each : storedTables) progress_.total += 2 * from_.count(each);
  }

  /// False: stopped.
  [[nodiscard]] bool copy(const StoredTable& table) {
    begin(table, /*compares=*/false);
    const std::vector<std::string> columns = columnsOf(table);
    from_.open(table, columns);
    for (auto rows = from_.next(); !rows.empty(); rows = from_.next()) {
      to_.write(table, columns, rows);
      if (!advance(rows.size())) return false;
    }
    return true;
  }

  [[nodiscard]] bool compare(const StoredTable& table) {
    begin(table, /*compares=*/true);
    const std::vector<std::string> columns = columnsOf(table);
    Cursor here(from_, table, columns);
    Cursor there(to_, table, columns);
    for (std::size_t row = 0;; ++row) {
      const StoredRow* one = here.next();
      const StoredRow* other = there.next();
      if (one == nullptr && other == nullptr) return true;
      if (one == nullptr || other == nullptr || *one != *other) {
        throw StorageError(fmt::format("the copy differs in the table {}, in row {} in the order of {}",
                                       table.name, row + 1, table.key));
      }
      if (!advance(1)) return false;
    }
  }

 private:
  [[nodiscard]] std::vector<std::string> columnsOf(const StoredTable& table) {
    std::vector<std::string> columns = from_.columns(table);
    if (columns.empty() || columns != to_.columns(table)) {
      throw StorageIncompatible(
          fmt::format("the table {} does not have the same columns in both", table.name));
    }
    return columns;
  }

  void begin(const StoredTable& table, bool compares) {
    progress_.table = table.name;
    progress_.compares = compares;
  }

  [[nodiscard]] bool advance(std::size_t rows) {
    progress_.done += rows;
    return goOn_(progress_);
  }

  TableReader& from_;
  TableWriter& to_;
  const CopyProgress& goOn_;
  CopyStep progress_;
};

}  // namespace

DatabaseCopy copyDatabase(const DatabaseOptions& from, const DatabaseOptions& to, const CopyProgress& goOn) {
  using Status = DatabaseCopy::Status;
  requireLatest(from);
  static_cast<void>(openStorage(to));
  DatabaseCopy result;
  const auto target = writeTables(to);
  for (const StoredTable& each : storedTables) {
    if (target->count(each) > 0) return {Status::notEmpty, {}};
  }
  const auto source = readTables(from);
  Copying copying(*source, *target, goOn);
  for (const StoredTable& each : storedTables) {
    if (!copying.copy(each)) return {Status::stopped, {}};
    result.rows.emplace_back(each.name, source->count(each));
  }
  for (const StoredTable& each : storedTables) {
    if (!copying.compare(each)) return {Status::stopped, {}};
  }
  target->commit(openStorage(from)->timeAt(systemClock()->now().steady));
  return result;
}

}  // namespace messenger
