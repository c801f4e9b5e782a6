#pragma once

#include <filesystem>
#include <memory>

#include "adapters/sqlite/connection.hpp"
#include "adapters/sqlite/statement_probe.hpp"
#include "messenger/adapters/sqlite.hpp"

namespace messenger::sqlite {

/// Opens the file for writing: makes it when missing (readable by its owner only, as it will hold rooms'
/// secrets), brings its tables up to date, switches it to WAL. Throws as `sqliteStorage` says; a file that is
/// refused is left as it was, byte for byte, with no other file beside it.
[[nodiscard]] std::unique_ptr<Connection> openWriter(const SqliteOptions& options, StatementProbe* probe,
                                                     Migrations migrations);

/// Opens a file that `openWriter` has opened, for reading. Throws StorageUnavailable when another file lies
/// there by now.
[[nodiscard]] std::unique_ptr<Connection> openReader(const SqliteOptions& options, StatementProbe* probe,
                                                     const FileIdentity& file);

}  // namespace messenger::sqlite
