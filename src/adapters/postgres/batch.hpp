#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "adapters/postgres/sql.hpp"
#include "adapters/postgres/values.hpp"

namespace messenger::inline v0::postgres {

/// Statements that are sent together, in one round trip. Each transaction of it is all or nothing, and begins
/// a new one where `next` is called; within one, a statement sees what those before it did. A value: it can
/// be sent again when the server asks for a retry.
class Batch {
 public:
  struct Statement {
    Sql sql;
    Values values;
    std::size_t transaction;
  };

  /// Returns its number, for Results.
  template <class... Each>
  std::size_t add(Sql sql, const Each&... values) {
    statements_.push_back({sql, Values(values...), transactions_ - 1});
    return statements_.size() - 1;
  }

  /// All statements of the first transaction see the same state, and change nothing.
  void readOneMoment() noexcept { oneMoment_ = true; }
  [[nodiscard]] bool readsOneMoment() const noexcept { return oneMoment_; }

  /// What is added from here on is a transaction of its own; it runs also when the one before it fails.
  void next() { ++transactions_; }

  [[nodiscard]] const std::vector<Statement>& statements() const noexcept { return statements_; }
  [[nodiscard]] std::size_t transactions() const noexcept { return transactions_; }

 private:
  std::vector<Statement> statements_;
  std::size_t transactions_ = 1;
  bool oneMoment_ = false;
};

}  // namespace messenger::postgres
