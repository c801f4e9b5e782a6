#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "messenger/export.hpp"
#include "messenger/result.hpp"

namespace messenger::inline v0::janus {

/// The kinds of failure.
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
MESSENGER_EXPORT [[nodiscard]] std::string_view toString(ErrorKind kind) noexcept;

/// Error codes of the VideoRoom plugin to branch on.
namespace video_room_code {
inline constexpr int unknownRequest = 423;  ///< the plugin does not know the request
inline constexpr int noSuchRoom = 426;      ///< the room does not exist
inline constexpr int roomExists = 427;      ///< a room with that id exists
inline constexpr int noSuchUser = 428;      ///< nobody with that id is in the room
inline constexpr int missingElement = 429;  ///< a field is missing, e.g. the secret
/// A field is not of the kind that the server takes, e.g. the id of a room.
inline constexpr int invalidElement = 430;
inline constexpr int unauthorized = 433;  ///< the secret or the pin is wrong
}  // namespace video_room_code

/// Why a request to Janus failed.
struct MESSENGER_EXPORT JanusError {
  ErrorKind kind = ErrorKind::malformedReply;  ///< what failed
  int code = 0;  ///< of libcurl, of HTTP, of Janus or of the plugin, as `kind` says
  /// In English or in the server's words, cut to a few hundred bytes; never contains a secret that the
  /// client has.
  std::string text;

  /// Whether the plugin refused with this code.
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
