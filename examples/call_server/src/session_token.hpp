#pragma once

#include <messenger/model/room.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace call_server {

using SystemTime = std::chrono::system_clock::time_point;

/// The user of a token, and until when it is valid.
struct Session {
  std::string user;
  SystemTime expires;
  std::string id{};  ///< random: of this sign-in alone
};

/// Makes and checks `v1.<user>.<expiry>.<id>.<mac>`: it is checked without a look-up, and cannot be made
/// without the key. Who has signed out is known to the Hub. Thread-safe.
class SessionTokens {
 public:
  /// Throws std::invalid_argument for a key of less than 16 bytes.
  explicit SessionTokens(const messenger::Secret& key);

  [[nodiscard]] std::string issue(const std::string& user, SystemTime expires) const;

  /// Empty when it is foreign, was changed, or has expired.
  [[nodiscard]] std::optional<Session> check(std::string_view token, SystemTime now) const;

 private:
  [[nodiscard]] std::string macOf(std::string_view text) const;

  messenger::Secret key_;
};

inline constexpr std::string_view sessionCookie = "messenger_session";

/// The value of the cookie of that name in a `Cookie` header; empty when there is none.
[[nodiscard]] std::string_view cookieValue(std::string_view header, std::string_view name);

/// A `Set-Cookie` value that a browser keeps for `maxAge`; zero deletes the cookie.
[[nodiscard]] std::string setCookie(std::string_view value, std::chrono::seconds maxAge);

}  // namespace call_server
