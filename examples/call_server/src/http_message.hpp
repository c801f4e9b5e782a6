#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace call_server {

/// Where a connection came in: the listener for everyone, or the one for operators.
enum class Listener : std::uint8_t { everyone, admin };

/// A request, independent of the library that read it.
struct Request {
  std::string method;
  std::string target;  ///< as sent, with the query
  std::string host;
  std::string origin;  ///< empty when there was none
  std::string cookie;
  std::string body;
  std::string fetchSite;     ///< `Sec-Fetch-Site`; empty when there was none
  std::string forwardedFor;  ///< `X-Forwarded-For`; anybody may send it
  std::string peer;          ///< the address of the other end of the connection
  Listener listener = Listener::everyone;
};

/// A response.
struct Response {
  int status = 200;
  std::string contentType = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

/// `{"message": …, "reason": …}`, as the messenger's router answers.
[[nodiscard]] Response errorReply(int status, std::string_view reason, std::string_view message);

/// The same with `Retry-After`.
[[nodiscard]] Response retryReply(int status, std::string_view reason, std::string_view message,
                                  long seconds);

/// The part before the `?`.
[[nodiscard]] std::string_view pathOf(std::string_view target);

/// `%41` → `A`; empty when it is invalid.
[[nodiscard]] std::string percentDecoded(std::string_view text);

/// Whether a page of this server sent the request, according to headers that browsers set and pages cannot
/// change.
[[nodiscard]] bool isSameOrigin(const Request& request);

/// Whether a page of another site sent it. Neither of the two: no page did, or the browser does not say.
[[nodiscard]] bool isForeign(const Request& request);

}  // namespace call_server
