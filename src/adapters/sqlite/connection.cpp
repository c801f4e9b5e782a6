#include "adapters/sqlite/connection.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

#include "adapters/sqlite/query.hpp"
#include "adapters/sqlite/sqlite_error.hpp"

#if SQLITE_VERSION_NUMBER < 3037000
#error "messenger needs SQLite 3.37 or newer (STRICT tables, RETURNING)"
#endif

namespace messenger::inline v0::sqlite {

namespace {

constexpr FixedText beginImmediate = "BEGIN IMMEDIATE";
constexpr FixedText beginDeferred = "BEGIN";
constexpr FixedText commitText = "COMMIT";
constexpr FixedText pageCountText = "PRAGMA page_count";
constexpr FixedText rollbackText = "ROLLBACK";

int milliseconds(std::chrono::milliseconds time) {
  return static_cast<int>(std::min<std::int64_t>(time.count(), std::numeric_limits<int>::max()));
}

int openFlags(Access access) {
  return (access == Access::write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX;
}

}  // namespace

Connection::Connection(const std::filesystem::path& path, Access access,
                       std::chrono::milliseconds busyTimeout, StatementProbe* probe)
    : file_(path), database_(path.string(), openFlags(access), milliseconds(busyTimeout)), probe_(probe) {
  file_.requireUnchanged();
  // In steps of this size the file takes space, also before it needs it (`reserveFile`).
  int step = 64 * 1024;
  if (access == Access::write)
    sqlite3_file_control(database_.getHandle(), "main", SQLITE_FCNTL_CHUNK_SIZE, &step);
}

SQLite::Statement& Connection::prepared(Sql sql) {
  const auto found = statements_.find(sql.text());
  if (found != statements_.end()) return found->second;
  return statements_.try_emplace(sql.text(), database_, sql.text()).first->second;
}

void Connection::execute(const char* sql) {
  announce(sql);
  database_.exec(sql);
}

std::int64_t Connection::number(const char* sql) {
  announce(sql);
  SQLite::Statement statement(database_, sql);
  return statement.executeStep() ? statement.getColumn(0).getInt64() : 0;
}

void Connection::setBusyTimeout(std::chrono::milliseconds atMost) {
  const int wanted = milliseconds(std::max(atMost, std::chrono::milliseconds::zero()));
  sqlite3_busy_timeout(database_.getHandle(), wanted);
}

bool Connection::inTransaction() const noexcept {
  return sqlite3_get_autocommit(database_.getHandle()) == 0;
}

// Cleanup after another failure: if this fails too, the next BEGIN reports it.
void Connection::rollback() noexcept {
  if (!inTransaction()) return;
  try {
    SQLite::Statement& statement = prepared(rollbackText);
    statement.tryExecuteStep();
    statement.tryReset();
  } catch (...) {
    database_.tryExec(rollbackText.chars);
  }
}

void Connection::begin(Begin kind) {
  // Constants, as clang 14 with sanitizers crashes on immediate functions within `?:`.
  constexpr Sql immediate = beginImmediate;
  constexpr Sql deferred = beginDeferred;
  Query(*this, kind == Begin::immediate ? immediate : deferred).run();
}

bool Connection::checkpoint(Checkpoint kind) noexcept {
  const int mode = kind == Checkpoint::passive ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE;
  int inLog = 0;
  int written = 0;
  const int code = sqlite3_wal_checkpoint_v2(database_.getHandle(), "main", mode, &inLog, &written);
  return code == SQLITE_OK && inLog == written;
}

void Connection::reserveFile() {
  if (pageBytes_ == 0) pageBytes_ = database_.execAndGet("PRAGMA page_size").getInt64();
  Query count(*this, pageCountText);
  sqlite3_int64 bytes = count.next() ? count.integer(0) * pageBytes_ : 0;
  if (sqlite3_file_control(database_.getHandle(), "main", SQLITE_FCNTL_SIZE_HINT, &bytes) != SQLITE_OK)
    throw DiskFull(fmt::format("{}: the file cannot grow, as on a full disk", database_.getFilename()));
}

void Connection::limitLog(std::int64_t pages) noexcept {
  if (std::exchange(logPages_, pages) == pages) return;
  constexpr std::size_t longest = 64;
  std::array<char, longest> sql{};
  const auto set = [&](const char* pragma, std::int64_t value) {
    *fmt::format_to_n(sql.begin(), longest - 1, "PRAGMA {} = {}", pragma, value).out = '\0';
    database_.tryExec(sql.data());
  };
  constexpr std::int64_t pageSize = 4096;
  set("wal_autocheckpoint", pages);
  set("journal_size_limit", 4 * pages * pageSize);
}

void Connection::commit() {
  Query(*this, commitText).run();
}

}  // namespace messenger::sqlite
