#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/temp_dir.hpp"

namespace messenger::tests {

/// Runs a program that refuses root, which then becomes the user postgres; it ends when this process does.
/// What it prints is added to `log`. Returns its process.
[[nodiscard]] pid_t runAsServer(const std::string& path, const std::vector<std::string>& arguments,
                                const std::filesystem::path& log);

/// Gives a file to the user that runs servers. Nothing unless this process is root's.
void giveToServer(const std::filesystem::path& file);

/// Whether somebody takes connections there, on loopback.
[[nodiscard]] bool accepts(std::uint16_t port);

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
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

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
  [[nodiscard]] pid_t spawn(const std::string& program, const std::vector<std::string>& arguments) const;

  testing::TempDir folder_;
  std::uint16_t port_ = 0;
  pid_t process_ = -1;
};

}  // namespace messenger::tests
