#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "messenger/export.hpp"

namespace messenger::inline v0 {

/// Identifies a user: the host's type of account and the id there, e.g. `{"user", "42"}` or `{"company",
/// "7"}`.
///
/// A plain value that holds any text; what takes users in checks the type: `Threads`, `Messenger::startCall`
/// and `joinCall`, and what names a push channel. Users with another type that are stored already can be
/// read, leave and be removed; they are put into no call and get no push.
struct MESSENGER_EXPORT UserId {
  std::string type;  ///< see isType
  std::string id;    ///< unique among the users of the type

  /// `user:42`. The inverse of `parse`.
  [[nodiscard]] std::string text() const;

  /// Whether a text can be the type of a user: 1 to `maxType` letters (a-z, A-Z), digits, `_` and `-`, and
  /// neither `thread` nor `call`, which begin the names of other channels. So a channel
  /// `messenger.{type}.{id}` is that of one user, whatever the id.
  [[nodiscard]] static bool isType(std::string_view text) noexcept;
  /// Bytes that a type may have.
  static constexpr std::size_t maxType = 255;

  /// Reads `type:id`; the first colon separates them. Empty when the type is not valid, or the id is empty.
  [[nodiscard]] static std::optional<UserId> parse(std::string_view text);

  friend bool operator==(const UserId&, const UserId&) = default;
  friend std::strong_ordering operator<=>(const UserId&, const UserId&) = default;
  /// Writes `type:id`.
  friend std::ostream& operator<<(std::ostream& out, const UserId& user) {
    return out << user.type << ':' << user.id;
  }
};

}  // namespace messenger

template <>
struct std::hash<messenger::UserId> {
  std::size_t operator()(const messenger::UserId& user) const noexcept {
    const std::size_t type = std::hash<std::string>{}(user.type);
    return std::hash<std::string>{}(user.id) ^
           (type + static_cast<std::size_t>(0x9e3779b97f4a7c15ULL) + (type << 6U) + (type >> 2U));
  }
};
