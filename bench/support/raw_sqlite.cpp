#include "bench/support/raw_sqlite.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace messenger::bench {

RawDatabase::RawDatabase(const std::filesystem::path& file, Access access, const char* synchronous) {
  const int flags =
      SQLITE_OPEN_NOMUTEX | (access == Access::write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
  if (sqlite3_open_v2(file.c_str(), &handle_, flags, nullptr) != SQLITE_OK) {
    const std::string error = sqlite3_errmsg(handle_);
    sqlite3_close_v2(handle_);
    throw std::runtime_error(fmt::format("{}: {}", file.string(), error));
  }
  constexpr int busyTimeout = 5000;
  sqlite3_busy_timeout(handle_, busyTimeout);
  execute("PRAGMA cache_size = -8192");
  if (access == Access::write) {
    execute(fmt::format("PRAGMA synchronous = {}", synchronous));
    execute("PRAGMA foreign_keys = ON");
    execute("PRAGMA wal_autocheckpoint = 4000");
    execute("PRAGMA journal_size_limit = 67108864");
  }
}

RawDatabase::~RawDatabase() {
  sqlite3_close_v2(handle_);
}

void RawDatabase::execute(const std::string& sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw std::runtime_error(fmt::format("{}: {}", sqlite3_errmsg(handle_), sql));
  }
}

RawStatement::RawStatement(RawDatabase& database, const char* sql) {
  if (sqlite3_prepare_v3(database.handle(), sql, -1, SQLITE_PREPARE_PERSISTENT, &handle_, nullptr) !=
      SQLITE_OK) {
    throw std::runtime_error(fmt::format("{}: {}", sqlite3_errmsg(database.handle()), sql));
  }
}

RawStatement::~RawStatement() {
  sqlite3_finalize(handle_);
}

void RawStatement::fail() const {
  throw std::runtime_error(
      fmt::format("{}: {}", sqlite3_errmsg(sqlite3_db_handle(handle_)), sqlite3_sql(handle_)));
}

const std::string& RawIds::next() {
  for (std::size_t at = text_.size(); at-- > 0;) {
    if (text_[at] != '9') {
      ++text_[at];
      break;
    }
    text_[at] = '0';
  }
  return text_;
}

}  // namespace messenger::bench
