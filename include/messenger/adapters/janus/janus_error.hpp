#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "messenger/result.hpp"

namespace messenger::janus {

enum class ErrorKind : std::uint8_t {
  unreachable,  ///< no connection: nothing was sent
  interrupted,  ///< the connection broke before the whole answer arrived: the request may have been executed
  timeout,      ///< `connectTimeout` or `requestTimeout` is over: the request may have been executed
  tls,          ///< the certificate is not trusted, or there is no common TLS version
  httpStatus,   ///< an HTTP error instead of an answer from Janus; `code` is the HTTP status
  malformedReply,  ///< not JSON, not a valid answer to the request, or longer than `maxReplyBytes`
  core,            ///< Janus refused; `code` is its error code (403 secret, 458 session, 460 plugin, …)
  plugin,          ///< the plugin refused; `code` is its error code, see video_room_code
};

/// `unreachable`, `interrupted`, …: the enumerator's own name.
[[nodiscard]] std::string_view toString(ErrorKind kind) noexcept;

/// Error codes of the VideoRoom plugin to branch on.
namespace video_room_code {
inline constexpr int unknownRequest = 423;
inline constexpr int noSuchRoom = 426;
inline constexpr int roomExists = 427;
inline constexpr int noSuchUser = 428;
inline constexpr int missingElement = 429;
inline constexpr int invalidElement = 430;
inline constexpr int unauthorized = 433;
}  // namespace video_room_code

/// Why a request to Janus failed.
struct JanusError {
  ErrorKind kind = ErrorKind::malformedReply;
  int code = 0;
  /// In English or in the server's words, cut to a few hundred bytes; never contains a secret that the
  /// client has.
  std::string text;

  [[nodiscard]] bool isPlugin(int pluginCode) const noexcept {
    return kind == ErrorKind::plugin && code == pluginCode;
  }

  /// For people: `the Janus plugin refused (426): No such room (x)`.
  [[nodiscard]] std::string describe() const;

  friend bool operator==(const JanusError&, const JanusError&) = default;
};

/// A value or a JanusError. Correct calling code handles both.
template <class T>
using JanusResult = BasicResult<T, JanusError>;

}  // namespace messenger::janus
