#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "messenger/adapters/postgres/postgres_storage.hpp"
#include "tests/adapters/postgres/postgres_server.hpp"

namespace messenger::tests {

/// A schema of its own on the shared server, gone with this object.
class PostgresFixture {
 public:
  PostgresFixture();
  ~PostgresFixture();
  PostgresFixture(const PostgresFixture&) = delete;
  PostgresFixture& operator=(const PostgresFixture&) = delete;

  [[nodiscard]] PostgresOptions options() const;
  [[nodiscard]] std::shared_ptr<Storage> open() const { return postgresStorage(options()); }

  /// Runs statements by hand, as an operator would; the schema is the search path.
  void run(const std::string& statements) const;
  /// The first number that a statement gives.
  [[nodiscard]] std::int64_t number(const std::string& statement) const;

  [[nodiscard]] const std::string& schema() const noexcept { return schema_; }

 private:
  const std::string schema_;
};

}  // namespace messenger::tests
