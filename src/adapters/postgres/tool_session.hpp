#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "adapters/postgres/connection.hpp"
#include "adapters/postgres/postgres_error.hpp"
#include "messenger/adapters/postgres/postgres_storage.hpp"

namespace messenger::inline v0::postgres {

/// One connection for an operator's tool, which reads whole tables and takes as long as it takes: without the
/// time limits and the plans of short operations. `timeLimit` is for connecting. Throws the errors of the
/// contracts.
class ToolSession {
 public:
  explicit ToolSession(const PostgresOptions& options);

  /// Runs statements without parameters, in which @ stands before a table. Returns the last result.
  ResultPointer execute(const std::string& statements) {
    return translating([&] { return connection_->execute(inSchema(statements, schema_), longest()); });
  }
  [[nodiscard]] std::int64_t number(const std::string& statement);

  /// Runs `body(connection)`, and throws the errors of the contracts for those of a connection.
  template <class Body>
  auto translating(Body body) -> decltype(body()) {
    try {
      return body();
    } catch (...) {
      rethrowTranslated(address_.name());
    }
  }

  [[nodiscard]] Connection& connection() noexcept { return *connection_; }
  [[nodiscard]] const std::string& schema() const noexcept { return schema_; }
  /// `PostgreSQL host:port/database`.
  [[nodiscard]] const std::string& address() const noexcept { return address_.name(); }
  /// A deadline beyond what anything takes.
  [[nodiscard]] static Deadline longest() {
    return std::chrono::steady_clock::now() + std::chrono::hours{72};
  }

 private:
  const Address address_;
  const std::string schema_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace messenger::postgres
