#include "adapters/sqlite/sqlite_error.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <exception>
#include <string>

namespace messenger::inline v0::sqlite {

// SQLite's texts name files, tables and constraints, never bound values, so they cannot contain a secret.
void throwTranslated(const SQLite::Exception& error, std::string_view file) {
  const std::string text = fmt::format("{}: {} (SQLite {}/{})", file, error.what(), error.getErrorCode(),
                                       error.getExtendedErrorCode());
  // The index of the log is a file, too.
  if (error.getExtendedErrorCode() == SQLITE_IOERR_SHMSIZE) std::throw_with_nested(DiskFull(text));
  switch (error.getErrorCode() & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      std::throw_with_nested(StorageBusy(text + ": busy; it may succeed later"));
    case SQLITE_FULL:
      std::throw_with_nested(DiskFull(text));
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_NOMEM:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_INTERRUPT:
    case SQLITE_PROTOCOL:
    case SQLITE_NOLFS:
      std::throw_with_nested(StorageUnavailable(text));
    case SQLITE_NOTADB:
      std::throw_with_nested(StorageIncompatible(text));
    case SQLITE_CORRUPT:
    case SQLITE_FORMAT:
    case SQLITE_MISMATCH:
    // The library's statements are fixed and tested: if one does not compile, the tables were changed.
    case SQLITE_ERROR:
    case SQLITE_SCHEMA:
      std::throw_with_nested(StorageCorrupt(text));
    default:
      std::throw_with_nested(StorageError(text));
  }
}

void throwBusy(std::string_view file, std::string_view what) {
  throw StorageBusy(
      fmt::format("{}: {} took longer than the time limit: busy; it may succeed later", file, what));
}

}  // namespace messenger::sqlite
