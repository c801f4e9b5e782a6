#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace messenger::inline v0::postgres {

// What a connection throws; ConnectionPool translates it into the errors of the contracts.

/// The server refused a statement, and its transaction changed nothing.
class SqlError : public std::runtime_error {
 public:
  SqlError(std::string state, const std::string& message)
      : std::runtime_error(message), state_(std::move(state)) {}

  /// SQLSTATE: five characters, of which the first two are its class.
  [[nodiscard]] const std::string& state() const noexcept { return state_; }
  [[nodiscard]] bool isOfClass(const char* two) const { return state_.compare(0, 2, two) == 0; }

  /// Another transaction was in the way; the same again may succeed.
  [[nodiscard]] bool asksForRetry() const { return state_ == "40001" || state_ == "40P01"; }

 private:
  std::string state_;
};

/// The connection is gone, or the answer did not come in time; it cannot be used any more.
class ConnectionLost : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
class AnswerLate : public ConnectionLost {
 public:
  using ConnectionLost::ConnectionLost;
};

/// Throws the error of the contracts for it. `address` names the database, and the text has no secret.
[[noreturn]] void throwTranslated(const SqlError& error, const std::string& address);

/// The same for whatever is being handled; what is none of these is thrown on.
[[noreturn]] void rethrowTranslated(const std::string& address);

}  // namespace messenger::postgres
