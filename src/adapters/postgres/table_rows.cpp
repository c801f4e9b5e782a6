#include "adapters/postgres/table_rows.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "adapters/postgres/tool_session.hpp"
#include "adapters/postgres/values.hpp"
#include "messenger/errors.hpp"

namespace messenger::inline v0::postgres {
namespace {

using support::StoredRow;
using support::StoredTable;

constexpr int rowsAtOnce = 1000;
constexpr Oid flagType = 16;

StoredRow readRow(const PGresult* result, const Rows& row) {
  StoredRow values;
  for (int i = 0; i < ::PQnfields(result); ++i) {
    if (row.isNull(i)) {
      values.emplace_back();
    } else if (::PQftype(result, i) == flagType) {
      values.emplace_back(row.flag(i) ? "1" : "0");
    } else {
      values.emplace_back(row.text(i));
    }
  }
  return values;
}

/// In the text format of COPY.
void append(std::string& data, const std::optional<std::string>& value) {
  if (!value) {
    data += "\\N";
    return;
  }
  for (const char c : *value) {
    switch (c) {
      case '\\':
        data += "\\\\";
        break;
      case '\n':
        data += "\\n";
        break;
      case '\r':
        data += "\\r";
        break;
      case '\t':
        data += "\\t";
        break;
      default:
        data += c;
    }
  }
}

void requireStorable(const StoredTable& table, const std::vector<std::string>& columns,
                     const StoredRow& row) {
  const auto bad =
      std::find_if(row.begin(), row.end(), [](const auto& each) { return each && !isStorable(*each); });
  if (bad == row.end()) return;
  const auto at = [&](const char* name) {
    const auto found = std::find(columns.begin(), columns.end(), name);
    return found == columns.end() ? std::string{"?"}
                                  : row[static_cast<std::size_t>(found - columns.begin())].value_or("?");
  };
  throw StorageError(fmt::format(
      "the table {} has a text with a NUL byte, or that is no UTF-8, which PostgreSQL cannot store: {}{}",
      table.name, columns[static_cast<std::size_t>(bad - row.begin())],
      table.isNumbered ? " of number " + at("sequence") : ""));
}

/// Both sides, on one connection.
class SchemaTables final : public support::TableWriter {
 public:
  enum class Use : std::uint8_t { read, write };

  SchemaTables(const PostgresOptions& options, Use use) : session_(options) {
    if (use == Use::read) {
      session_.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
      return;
    }
    std::vector<std::string> names;
    names.reserve(support::storedTables.size());
    for (const StoredTable& each : support::storedTables) names.push_back(std::string{"@"} + each.name);
    session_.execute(fmt::format("BEGIN; LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", fmt::join(names, ", ")));
  }

  [[nodiscard]] std::vector<std::string> columns(const StoredTable& table) override {
    const ResultPointer result = session_.execute(
        fmt::format("SELECT a.attname FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_class AS c ON "
                    "c.oid = a.attrelid "
                    "JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = '{}' "
                    "AND c.relname = '{}' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attname",
                    session_.schema(), table.name));
    std::vector<std::string> names;
    Rows rows(result.get());
    while (rows.next()) names.push_back(rows.text(0));
    return names;
  }

  [[nodiscard]] std::size_t count(const StoredTable& table) override {
    return static_cast<std::size_t>(
        session_.number(fmt::format("SELECT count(*) FROM @{} WHERE {}", table.name, table.isCopied)));
  }

  void open(const StoredTable& table, const std::vector<std::string>& columns) override {
    session_.execute(
        fmt::format("DECLARE copied NO SCROLL CURSOR FOR SELECT {} FROM @{} WHERE {} ORDER BY {}",
                    fmt::join(columns, ", "), table.name, table.isCopied, table.key));
  }

  [[nodiscard]] std::vector<StoredRow> next() override {
    std::vector<StoredRow> found;
    const ResultPointer result = session_.execute(fmt::format("FETCH {} FROM copied", rowsAtOnce));
    Rows rows(result.get());
    while (rows.next()) found.push_back(readRow(result.get(), rows));
    if (found.empty()) session_.execute("CLOSE copied");
    return found;
  }

  void write(const StoredTable& table, const std::vector<std::string>& columns,
             const std::vector<StoredRow>& rows) override {
    std::string data;
    for (const StoredRow& row : rows) {
      requireStorable(table, columns, row);
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (i != 0) data += '\t';
        append(data, row[i]);
      }
      data += '\n';
    }
    // COPY also writes the numbers that the database gives itself.
    const std::string statement = inSchema(
        fmt::format("COPY @{} ({}) FROM STDIN", table.name, fmt::join(columns, ", ")), session_.schema());
    session_.translating([&] { session_.connection().copyIn(statement, data, ToolSession::longest()); });
  }

  void commit(StorageTime now) override {
    for (const StoredTable& each : support::storedTables) {
      if (!each.isNumbered) continue;
      const std::int64_t next =
          session_.number(fmt::format("SELECT coalesce(max(sequence), 0) + 1 FROM @{}", each.name));
      session_.execute(fmt::format("ALTER TABLE @{} ALTER COLUMN sequence RESTART WITH {}", each.name, next));
    }
    const std::int64_t time = now.time_since_epoch().count();
    session_.execute(
        fmt::format("DELETE FROM @settings WHERE key LIKE 'clock%'; "
                    "INSERT INTO @settings (key, value) VALUES ('clock_reached', {0}), ('clock_offset', "
                    "{0} - (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)",
                    time));
    session_.execute("COMMIT");
  }

 private:
  ToolSession session_;
};

}  // namespace

std::unique_ptr<support::TableReader> readTables(const PostgresOptions& options) {
  return std::make_unique<SchemaTables>(options, SchemaTables::Use::read);
}

std::unique_ptr<support::TableWriter> writeTables(const PostgresOptions& options) {
  return std::make_unique<SchemaTables>(options, SchemaTables::Use::write);
}

}  // namespace messenger::postgres
