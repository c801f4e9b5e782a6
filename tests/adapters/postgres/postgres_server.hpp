#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/temp_dir.hpp"

namespace messenger::tests {

/// A PostgreSQL server of its own on loopback, without fsync: for tests. It is stopped with this object, also
/// when the process dies. Root gives it to the user postgres, who alone may start one.
class PostgresServer {
 public:
  PostgresServer();
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  /// The one that all tests of this program share: it is started for the first of them.
  [[nodiscard]] static PostgresServer& shared();

  /// `postgresql://app:…@127.0.0.1:port/postgres`, as the superuser of this server.
  [[nodiscard]] std::string url() const { return urlOf("app", password); }
  [[nodiscard]] std::string urlOf(const std::string& user, const std::string& itsPassword) const;

  /// As after a power cut: without a goodbye to its sessions.
  void kill();
  void start();
  void restart() {
    kill();
    start();
  }

  // Long and peculiar, so that it is found wherever it should not be.
  static constexpr const char* password = "database-password-Vx3k7qR";

 private:
  [[nodiscard]] std::string data() const { return (folder_.path() / "data").string(); }
  void makeData();
  bool launch();
  /// Runs a program of the server as the user that it needs. Returns its process.
  [[nodiscard]] pid_t spawn(const std::string& program, const std::vector<std::string>& arguments) const;

  testing::TempDir folder_;
  std::uint16_t port_ = 0;
  pid_t process_ = -1;
};

}  // namespace messenger::tests
