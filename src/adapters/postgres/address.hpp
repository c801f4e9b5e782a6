#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace messenger::postgres {

/// Where the database is, and how to get in.
class Address {
 public:
  /// Throws std::invalid_argument when libpq cannot read the URL; the text has no part of it.
  explicit Address(const std::string& url);

  /// What libpq is to connect with: name and value.
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& parameters() const noexcept {
    return parameters_;
  }

  /// For errors: `PostgreSQL host:port/database`, without user and password.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  /// A text of libpq or of the server in one line, without the password.
  [[nodiscard]] std::string shown(std::string_view text) const;

 private:
  [[nodiscard]] std::optional<std::string> find(std::string_view parameter) const;
  void put(const char* parameter, const std::string& value);
  void putDefault(const char* parameter, const std::string& value);
  [[nodiscard]] bool isLocal() const;

  std::vector<std::pair<std::string, std::string>> parameters_;
  std::string name_;
};

}  // namespace messenger::postgres
