#pragma once

#include <libpq-fe.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "messenger/model/time.hpp"
#include "messenger/model/user_id.hpp"

namespace messenger::inline v0::postgres {

struct ResultDeleter {
  void operator()(PGresult* result) const noexcept { ::PQclear(result); }
};
using ResultPointer = std::unique_ptr<PGresult, ResultDeleter>;

/// The rows of one statement, read one after another. Borrows the result.
class Rows {
 public:
  explicit Rows(const PGresult* result) noexcept : result_(result) {}

  /// Moves to the next row; false when there is none.
  bool next() noexcept { return ++row_ < size(); }
  [[nodiscard]] int size() const noexcept { return ::PQntuples(result_); }

  // The row's columns, from 0.

  [[nodiscard]] bool isNull(int column) const noexcept { return ::PQgetisnull(result_, row_, column) != 0; }
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::size_t count(int column) const { return static_cast<std::size_t>(integer(column)); }
  [[nodiscard]] std::string text(int column) const { return std::string{view(column)}; }
  [[nodiscard]] TimePoint time(int column) const { return TimePoint{Duration{integer(column)}}; }
  [[nodiscard]] StorageTime storageTime(int column) const { return StorageTime{Duration{integer(column)}}; }
  [[nodiscard]] UserId user(int column) const { return UserId{text(column), text(column + 1)}; }
  [[nodiscard]] bool flag(int column) const noexcept { return view(column) == "t"; }
  /// A number that grows by one at a time from 0. Throws StorageUnreadable for one that it cannot have
  /// reached.
  [[nodiscard]] std::int64_t counter(int column) const;
  [[nodiscard]] std::optional<std::int64_t> maybeInteger(int column) const;
  [[nodiscard]] std::optional<std::string> maybeText(int column) const;
  [[nodiscard]] std::optional<TimePoint> maybeTime(int column) const;
  [[nodiscard]] std::optional<StorageTime> maybeStorageTime(int column) const;

 private:
  [[nodiscard]] std::string_view view(int column) const noexcept {
    return {::PQgetvalue(result_, row_, column),
            static_cast<std::size_t>(::PQgetlength(result_, row_, column))};
  }

  const PGresult* result_;
  int row_ = -1;
};

/// What the server answered to a batch.
class Results {
 public:
  /// REQUIRES: the statement's transaction succeeded.
  [[nodiscard]] Rows rows(std::size_t statement) const { return Rows(results_.at(statement).get()); }

  /// The first row of a statement that always has one.
  [[nodiscard]] Rows row(std::size_t statement) const {
    Rows rows = this->rows(statement);
    rows.next();
    return rows;
  }

  /// How many rows the statement changed.
  [[nodiscard]] std::size_t changed(std::size_t statement) const;

  /// False for one of a transaction that failed.
  [[nodiscard]] bool has(std::size_t statement) const noexcept {
    return statement < results_.size() && results_[statement] != nullptr;
  }

 private:
  friend class Connection;
  std::vector<ResultPointer> results_;
};

}  // namespace messenger::postgres
