#pragma once

#include <sqlite3.h>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace messenger::bench {

/// A connection by SQLite's own C interface, set up as the adapter sets up its own: what a floor works with.
/// Throws std::runtime_error for whatever goes wrong.
class RawDatabase {
 public:
  enum class Access : std::uint8_t { read, write };

  /// `synchronous`: FULL or NORMAL.
  RawDatabase(const std::filesystem::path& file, Access access, const char* synchronous = "NORMAL");
  ~RawDatabase();
  RawDatabase(const RawDatabase&) = delete;
  RawDatabase& operator=(const RawDatabase&) = delete;

  void execute(const std::string& sql);

  [[nodiscard]] std::int64_t lastRow() const noexcept { return sqlite3_last_insert_rowid(handle_); }
  [[nodiscard]] sqlite3* handle() const noexcept { return handle_; }

 private:
  sqlite3* handle_ = nullptr;
};

/// A prepared statement. Text that is bound is not copied.
class RawStatement {
 public:
  RawStatement(RawDatabase& database, const char* sql);
  ~RawStatement();
  RawStatement(const RawStatement&) = delete;
  RawStatement& operator=(const RawStatement&) = delete;

  template <class... Values>
  void bind(const Values&... values) {
    int at = 0;
    (bindOne(++at, values), ...);
  }

  /// Goes to the next row; false at the end.
  bool step() {
    const int result = sqlite3_step(handle_);
    if (result != SQLITE_ROW && result != SQLITE_DONE) fail();
    return result == SQLITE_ROW;
  }
  void reset() { sqlite3_reset(handle_); }

  /// Runs it to its end. Returns how many rows came.
  template <class... Values>
  std::size_t run(const Values&... values) {
    bind(values...);
    std::size_t rows = 0;
    while (step()) ++rows;
    reset();
    return rows;
  }

  [[nodiscard]] std::int64_t integer(int column) const { return sqlite3_column_int64(handle_, column); }
  [[nodiscard]] std::string text(int column) const {
    return reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
  }

 private:
  [[noreturn]] void fail() const;
  void bindOne(int at, std::integral auto value) {
    sqlite3_bind_int64(handle_, at, static_cast<std::int64_t>(value));
  }
  void bindOne(int at, std::string_view text) {
    sqlite3_bind_text(handle_, at, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  }
  void bindOne(int at, std::nullptr_t) { sqlite3_bind_null(handle_, at); }

  sqlite3_stmt* handle_ = nullptr;
};

/// Text as a floor's id: of the length of the library's own, and growing as those do.
class RawIds {
 public:
  [[nodiscard]] const std::string& next();

 private:
  std::string text_ = std::string(26, '0');
};

[[nodiscard]] inline std::int64_t wallMicroseconds() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace messenger::bench
