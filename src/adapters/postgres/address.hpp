#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace messenger::inline v0::postgres {

/// Where the database is, and how to get in.
class Address {
 public:
  /// Throws std::invalid_argument when libpq cannot read the URL, which the text calls
  /// PostgresOptions::`field`; it has no part of it.
  explicit Address(const std::string& url, const char* field = "url");

  using Parameters = std::vector<std::pair<std::string, std::string>>;

  /// What libpq is to connect with: name and value. Of several hosts it begins with the one of this number,
  /// counted on from the last to the first again.
  [[nodiscard]] Parameters parameters(std::size_t firstHost = 0) const;

  /// How many hosts there are to choose from; 1 when the environment says where it is.
  [[nodiscard]] std::size_t hosts() const;

  /// For errors: `PostgreSQL host:port/database`, without user and password.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  /// A text of libpq or of the server in one line, without the password.
  [[nodiscard]] std::string shown(std::string_view text) const;

 private:
  [[nodiscard]] std::optional<std::string> find(std::string_view parameter) const;
  void put(const char* parameter, const std::string& value);
  void putDefault(const char* parameter, const std::string& value);
  [[nodiscard]] bool isLocal() const;

  Parameters parameters_;
  std::string name_;
};

}  // namespace messenger::postgres
