#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "messenger/adapters/redis/redis_options.hpp"

namespace messenger::inline v0::redis {

/// Where the server is, and how to get in.
class Address {
 public:
  enum class Tls : std::uint8_t { none, unverified, verified };

  /// Throws std::invalid_argument; the text has no part of the URL.
  explicit Address(const RedisOptions& options);

  [[nodiscard]] const std::string& host() const noexcept { return host_; }
  [[nodiscard]] const std::string& port() const noexcept { return port_; }
  [[nodiscard]] const std::string& user() const noexcept { return user_; }
  [[nodiscard]] const std::string& password() const noexcept { return password_; }
  [[nodiscard]] int database() const noexcept { return database_; }
  [[nodiscard]] Tls tls() const noexcept { return tls_; }
  [[nodiscard]] const RedisOptions& options() const noexcept { return options_; }

  /// For errors: `Redis host:port/database`, without user and password.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  /// A text of the server or of a library in one line, without the password.
  [[nodiscard]] std::string shown(std::string_view text) const;

 private:
  void readTls(bool encrypted, std::string_view query);

  RedisOptions options_;
  std::string host_;
  std::string port_ = "6379";
  std::string user_;
  std::string password_;
  int database_ = 0;
  Tls tls_ = Tls::none;
  std::string name_;
};

}  // namespace messenger::redis
