#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "messenger/errors.hpp"
#include "support/mutex.hpp"

namespace messenger::inline v0::support {

/// The rows that were passed over because they cannot be read, each remembered once. Thread-safe.
class UnreadableRows {
 public:
  /// `kind` and `id` of the row, and why.
  void note(std::string_view kind, std::string_view id, std::string_view why);

  /// Those noted since the last time.
  [[nodiscard]] std::vector<std::string> take();

 private:
  /// More would help nobody, and must not fill the memory.
  static constexpr std::size_t most = 1000;

  Mutex mutex_;
  std::set<std::string, std::less<>> known_ MESSENGER_GUARDED_BY(mutex_);
  std::vector<std::string> fresh_ MESSENGER_GUARDED_BY(mutex_);
};

/// What a query's rows are, and which of its columns names one.
struct RowKind {
  const char* name;
  int idColumn = 1;
};

/// Reads the row that a query stands on, or notes that it cannot be read.
template <class Row, class Read>
auto readOrNote(const Row& row, RowKind kind, UnreadableRows& unreadable, Read&& read)
    -> std::optional<decltype(read(row))> {
  try {
    return read(row);
  } catch (const StorageUnreadable& error) {
    unreadable.note(kind.name, row.text(kind.idColumn), error.what());
    return std::nullopt;
  }
}

/// Reads rows until there are `limit` that can be read: one that cannot does not make a page shorter.
template <class Rows, class Read>
auto readPage(Rows& rows, std::size_t limit, RowKind kind, UnreadableRows& unreadable, Read&& read)
    -> std::vector<decltype(read(rows))> {
  std::vector<decltype(read(rows))> found;
  while (found.size() < limit && rows.next()) {
    if (auto each = readOrNote(rows, kind, unreadable, read)) found.push_back(std::move(*each));
  }
  return found;
}

}  // namespace messenger::support
