#pragma once

#include <SQLiteCpp/Statement.h>

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "adapters/sqlite/connection.hpp"
#include "messenger/model/ids.hpp"
#include "messenger/model/time.hpp"
#include "messenger/model/user_id.hpp"

namespace messenger::inline v0::sqlite {

/// One run of a prepared statement: binds on construction, resets and unbinds on destruction.
///
/// Values are bound in the order of the statement's numbers (?1, ?2, …); a UserId takes two of them. Text is
/// not copied, so bound values must outlive the Query; temporaries do not compile.
class Query {
 public:
  template <class... Values>
  Query(Connection& connection, Sql sql, Values&&... values)
      : connection_(connection), statement_(connection.prepared(sql)), text_(sql.text()) {
    // The destructor does not run when the constructor throws, so reset the cached statement here too.
    try {
      (bind(std::forward<Values>(values)), ...);
    } catch (...) {
      clear();
      throw;
    }
  }
  ~Query() { clear(); }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  /// Moves to the next row; false when there is none. After false a change made outside a transaction is
  /// committed.
  bool next() {
    if (!std::exchange(begun_, true)) connection_.announce(text_);
    return statement_.executeStep();
  }

  /// Runs it to its end. Returns how many rows it changed.
  std::size_t run() {
    while (next()) {
    }
    return static_cast<std::size_t>(statement_.getChanges());
  }

  // The row's columns, from 0.

  [[nodiscard]] bool isNull(int column) const { return statement_.isColumnNull(column); }
  [[nodiscard]] std::int64_t integer(int column) const { return statement_.getColumn(column).getInt64(); }
  [[nodiscard]] std::size_t count(int column) const { return static_cast<std::size_t>(integer(column)); }
  [[nodiscard]] std::string text(int column) const { return statement_.getColumn(column).getString(); }
  [[nodiscard]] TimePoint time(int column) const { return TimePoint{Duration{integer(column)}}; }
  [[nodiscard]] StorageTime storageTime(int column) const { return StorageTime{Duration{integer(column)}}; }
  [[nodiscard]] UserId user(int column) const { return UserId{text(column), text(column + 1)}; }
  /// Throws StorageUnreadable unless 0 or 1.
  [[nodiscard]] bool flag(int column) const;
  /// A number that grows by one at a time from 0. Throws StorageUnreadable for one that it cannot have
  /// reached.
  [[nodiscard]] std::int64_t counter(int column) const;
  [[nodiscard]] std::optional<std::int64_t> maybeInteger(int column) const;
  [[nodiscard]] std::optional<std::string> maybeText(int column) const;
  [[nodiscard]] std::optional<TimePoint> maybeTime(int column) const;
  [[nodiscard]] std::optional<StorageTime> maybeStorageTime(int column) const;

 private:
  template <std::integral Number>
  void bind(Number number) {
    statement_.bind(++bound_, static_cast<std::int64_t>(number));
  }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void bind(Enum value) { bind(static_cast<std::underlying_type_t<Enum>>(value)); }
  void bind(TimePoint time) { bind(time.time_since_epoch().count()); }
  void bind(StorageTime time) { bind(time.time_since_epoch().count()); }
  void bind(std::nullopt_t) { statement_.bind(++bound_); }
  void bind(const std::string& text) { statement_.bindNoCopy(++bound_, text); }
  void bind(std::string&& text) = delete;
  template <class Tag>
  void bind(const StrongId<Tag>& id) {
    bind(id.value());
  }
  template <class Tag>
  void bind(StrongId<Tag>&& id) = delete;
  void bind(const UserId& user) {
    bind(user.type);
    bind(user.id);
  }
  void bind(UserId&& user) = delete;
  template <class Value>
  void bind(const std::optional<Value>& value) {
    if (value) {
      bind(*value);
    } else {
      bind(std::nullopt);
      if constexpr (std::is_same_v<Value, UserId>) bind(std::nullopt);
    }
  }
  template <class Value>
  void bind(std::optional<Value>&& value) = delete;

  void clear() noexcept;

  Connection& connection_;
  SQLite::Statement& statement_;
  const char* text_;
  int bound_ = 0;
  bool begun_ = false;
};

}  // namespace messenger::sqlite
