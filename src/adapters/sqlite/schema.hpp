#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace messenger::inline v0::sqlite {

class Connection;

/// One step from a version to the next. All steps that are due run in one transaction.
struct Migration {
  std::span<const char* const> statements;
};

/// The steps from an empty file on; the number of steps is the version.
using Migrations = std::span<const Migration>;

/// The library's steps. Released steps never change; new ones are appended.
[[nodiscard]] Migrations schemaMigrations() noexcept;

/// Marks a file of this library in its header: "MSGR".
inline constexpr std::int64_t applicationId = 0x4d534752;

/// Brings the tables up to date in one transaction; safe when several processes do so at once. Does not touch
/// a file that is up to date. Throws StorageIncompatible, having changed nothing, for a file that belongs to
/// another application or is newer.
void migrate(Connection& connection, Migrations migrations);

/// Throws StorageIncompatible unless the file belongs to this library, or has no tables and no application
/// id.
void requireCompatible(std::string_view file, std::int64_t foundApplication, std::int64_t foundVersion,
                       bool hasTables, Migrations migrations);

}  // namespace messenger::sqlite
