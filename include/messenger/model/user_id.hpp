#pragma once

#include <compare>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace messenger {

/// Identifies a user: the host's type of account and the id there, e.g. `{"user", "42"}` or `{"company",
/// "7"}`.
struct UserId {
  std::string type;
  std::string id;

  /// `user:42`. The inverse of `parse`.
  [[nodiscard]] std::string text() const;

  /// Reads `type:id`; the first colon separates them. Empty when either side is empty.
  [[nodiscard]] static std::optional<UserId> parse(std::string_view text);

  friend bool operator==(const UserId&, const UserId&) = default;
  friend std::strong_ordering operator<=>(const UserId&, const UserId&) = default;
  friend std::ostream& operator<<(std::ostream& out, const UserId& user) {
    return out << user.type << ':' << user.id;
  }
};

}  // namespace messenger

template <>
struct std::hash<messenger::UserId> {
  std::size_t operator()(const messenger::UserId& user) const noexcept {
    const std::size_t type = std::hash<std::string>{}(user.type);
    return std::hash<std::string>{}(user.id) ^ (type + 0x9e3779b97f4a7c15ULL + (type << 6U) + (type >> 2U));
  }
};
