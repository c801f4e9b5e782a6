#pragma once

#include <messenger/model/room.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace call_server {

using SystemTime = std::chrono::system_clock::time_point;

/// Who a token says that its bearer is, and until when.
struct Session {
  std::string user;
  SystemTime expires;
};

/// Makes and checks `v1.<user>.<expiry>.<mac>`: who has one need not be looked up anywhere, and nobody
/// without the key makes one. What a token cannot do is be taken back before it expires. Thread-safe.
class SessionTokens {
 public:
  /// Throws std::invalid_argument for a key of less than 16 bytes.
  explicit SessionTokens(const messenger::Secret& key);

  [[nodiscard]] std::string issue(const std::string& user, SystemTime expires) const;

  /// Nothing when it is not ours, was changed, or has expired.
  [[nodiscard]] std::optional<Session> check(std::string_view token, SystemTime now) const;

 private:
  [[nodiscard]] std::string macOf(std::string_view text) const;

  messenger::Secret key_;
};

inline constexpr std::string_view sessionCookie = "messenger_session";

/// The value of the cookie of that name in a `Cookie` header; empty when there is none.
[[nodiscard]] std::string_view cookieValue(std::string_view header, std::string_view name);

/// `Set-Cookie` that a browser keeps for `maxAge`; zero: that makes it forget.
[[nodiscard]] std::string setCookie(std::string_view value, std::chrono::seconds maxAge);

}  // namespace call_server
