#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "adapters/postgres/connection.hpp"

namespace messenger::inline v0::postgres {

/// One step of the schema: statements that bring it from one version to the next.
using Migration = std::span<const char* const>;
using Migrations = std::span<const Migration>;

/// The steps of the released versions, in order. A released step is never edited.
[[nodiscard]] Migrations schemaMigrations() noexcept;

/// The version of the tables; 0 when there are none.
[[nodiscard]] std::int64_t versionOf(Connection& connection, const std::string& schema, Deadline until);

/// Whether there are tables with the names of the library's. Without a version they are foreign ones.
[[nodiscard]] bool hasTables(Connection& connection, const std::string& schema, Deadline until);

/// Makes the tables in `schema`, or brings them up to date, in one transaction under the advisory lock
/// `lockKey`. Throws StorageIncompatible, and changes nothing, when the schema comes from a newer version or
/// has tables of these names that are not the library's.
void migrate(Connection& connection, const std::string& schema, std::int64_t lockKey, Migrations migrations,
             Deadline until);

}  // namespace messenger::postgres
