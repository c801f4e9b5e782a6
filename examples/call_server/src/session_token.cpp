#include "session_token.hpp"

#include <charconv>
#include <stdexcept>

#include "crypto.hpp"

namespace call_server {
namespace {

constexpr std::string_view version = "v1.";
constexpr std::size_t shortestKey = 16;
constexpr std::size_t idBytes = 12;

std::optional<std::int64_t> wholeNumber(std::string_view text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

}  // namespace

SessionTokens::SessionTokens(const messenger::Secret& key)
    // A separate key, so that other uses of the secret cannot produce a session token.
    : key_(hmacSha256(key.reveal(), "call_server session")) {
  if (key.reveal().size() < shortestKey) {
    throw std::invalid_argument("CALL_SERVER_SECRET must have at least 16 bytes");
  }
}

std::string SessionTokens::macOf(std::string_view text) const {
  return base64Url(hmacSha256(key_.reveal(), text));
}

std::string SessionTokens::issue(const std::string& user, SystemTime expires) const {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(expires.time_since_epoch()).count();
  const std::string text =
      std::string{version} + base64Url(user) + '.' + std::to_string(seconds) + '.' + randomHex(idBytes);
  return text + '.' + macOf(text);
}

std::optional<Session> SessionTokens::check(std::string_view token, SystemTime now) const {
  const std::size_t last = token.rfind('.');
  if (last == std::string_view::npos || !token.starts_with(version)) return std::nullopt;
  const std::string_view text = token.substr(0, last);
  if (!sameText(macOf(text), token.substr(last + 1))) return std::nullopt;

  const std::string_view claims = text.substr(version.size());
  const std::size_t first = claims.find('.');
  const std::size_t second = claims.find('.', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return std::nullopt;
  const auto user = fromBase64Url(claims.substr(0, first));
  const auto seconds = wholeNumber(claims.substr(first + 1, second - first - 1));
  const std::string_view id = claims.substr(second + 1);
  if (!user || !seconds || id.empty()) return std::nullopt;
  const SystemTime expires{std::chrono::seconds{*seconds}};
  if (now >= expires) return std::nullopt;
  return Session{*user, expires, std::string{id}};
}

std::string_view cookieValue(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const std::size_t end = header.find(';');
    std::string_view pair = header.substr(0, end);
    header = end == std::string_view::npos ? std::string_view{} : header.substr(end + 1);
    while (!pair.empty() && pair.front() == ' ') pair.remove_prefix(1);
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
      return pair.substr(name.size() + 1);
    }
  }
  return {};
}

std::string setCookie(std::string_view value, std::chrono::seconds maxAge) {
  return std::string{sessionCookie} + '=' + std::string{value} +
         "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(maxAge.count());
}

}  // namespace call_server
