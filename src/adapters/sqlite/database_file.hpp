#pragma once

#include <filesystem>
#include <memory>

#include "adapters/sqlite/connection.hpp"
#include "adapters/sqlite/statement_probe.hpp"
#include "messenger/adapters/sqlite.hpp"

namespace messenger::inline v0::sqlite {

/// Opens the file for writing: creates it when it is missing (readable by its owner only, because it will
/// contain the secrets of rooms), brings its tables up to date, and switches it to WAL. Throws as
/// `sqliteStorage` does; a refused file is left as it was, byte for byte, and no other file is created beside
/// it.
[[nodiscard]] std::unique_ptr<Connection> openWriter(const SqliteOptions& options, StatementProbe* probe,
                                                     Migrations migrations);

/// Bounds the log of a writer by a sixteenth of the free space, so that the file itself can grow when the log
/// is written back: a log that fills the disk could never be. At most 16 MiB. Called again from time to time.
void keepLogSmall(Connection& writer, const char* path) noexcept;

/// Opens a file that `openWriter` has opened, for reading. Throws StorageUnavailable when another file lies
/// there by now.
[[nodiscard]] std::unique_ptr<Connection> openReader(const SqliteOptions& options, StatementProbe* probe,
                                                     const FileIdentity& file);

}  // namespace messenger::sqlite
