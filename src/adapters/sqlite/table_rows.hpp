#pragma once

#include <memory>

#include "messenger/adapters/sqlite.hpp"
#include "support/table_rows.hpp"

namespace messenger::inline v0::sqlite {

/// One snapshot of a file that has the tables of the latest version. Throws as `sqliteStorage`.
MESSENGER_EXPORT [[nodiscard]] std::unique_ptr<support::TableReader> readTables(const SqliteOptions& options);

/// The same for writing, when nobody else writes. Throws StorageBusy when somebody does for too long.
MESSENGER_EXPORT [[nodiscard]] std::unique_ptr<support::TableWriter> writeTables(
    const SqliteOptions& options);

}  // namespace messenger::sqlite
