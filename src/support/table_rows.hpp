#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "messenger/model/time.hpp"

namespace messenger::inline v0::support {

/// A table that every database of the library has, with the same columns.
struct StoredTable {
  const char* name;
  const char* key;                 ///< the columns of its key, in order
  bool isNumbered = false;         ///< the key is `sequence`, which the database gives
  const char* isCopied = "1 = 1";  ///< of its rows, those that do not belong to one database alone
};

/// Each before those that refer to it.
inline constexpr std::array storedTables{
    StoredTable{"users", "type, id"}, StoredTable{"threads", "id"},
    StoredTable{"thread_members", "sequence", /*isNumbered=*/true},
    StoredTable{"thread_revisions", "thread_id"}, StoredTable{"calls", "sequence", /*isNumbered=*/true},
    StoredTable{"call_participants", "sequence", /*isNumbered=*/true},
    StoredTable{"call_sessions", "participant_sequence, device"},
    StoredTable{"call_rings", "call_sequence, user_type, user_id"},
    StoredTable{"jobs", "sequence", /*isNumbered=*/true}, StoredTable{"presence_peers", "instance"},
    // What a clock has stored is of its server or machine.
    StoredTable{"settings", "key", /*isNumbered=*/false, "key NOT LIKE 'clock%' AND key NOT LIKE 'boot%'"}};

/// Numbers in decimal, a flag as 0 or 1; nothing for NULL.
using StoredRow = std::vector<std::optional<std::string>>;

/// The rows of one database at one moment. Confined. Throws StorageError as that database does.
class TableReader {
 public:
  TableReader() = default;
  TableReader(const TableReader&) = delete;
  TableReader& operator=(const TableReader&) = delete;
  virtual ~TableReader() = default;

  /// The names of its columns, in alphabetical order.
  [[nodiscard]] virtual std::vector<std::string> columns(const StoredTable& table) = 0;
  [[nodiscard]] virtual std::size_t count(const StoredTable& table) = 0;

  /// Begins to read the rows that are copied, in the order of the key, with these columns.
  virtual void open(const StoredTable& table, const std::vector<std::string>& columns) = 0;
  /// Some of the next rows of the table that is open; none at its end.
  [[nodiscard]] virtual std::vector<StoredRow> next() = 0;
};

/// One transaction that has the whole database to itself; gone without a trace unless `commit` returns.
class TableWriter : public TableReader {
 public:
  virtual void write(const StoredTable& table, const std::vector<std::string>& columns,
                     const std::vector<StoredRow>& rows) = 0;

  /// Makes all of it last. The storage's clock goes on from `now`, and new rows get numbers after those that
  /// are there.
  virtual void commit(StorageTime now) = 0;
};

}  // namespace messenger::support
