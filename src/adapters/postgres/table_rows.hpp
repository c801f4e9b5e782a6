#pragma once

#include <memory>

#include "messenger/adapters/postgres/postgres_storage.hpp"
#include "support/table_rows.hpp"

namespace messenger::inline v0::postgres {

/// One snapshot of a schema that has the tables of the latest version. Throws as `checkPostgresSchema`.
MESSENGER_EXPORT [[nodiscard]] std::unique_ptr<support::TableReader> readTables(
    const PostgresOptions& options);

/// The same for writing, with all tables locked. Throws StorageBusy when others use them for too long. Needs
/// the rights of the tables' owner.
MESSENGER_EXPORT [[nodiscard]] std::unique_ptr<support::TableWriter> writeTables(
    const PostgresOptions& options);

}  // namespace messenger::postgres
