#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "messenger/result.hpp"

namespace messenger::janus {

enum class ErrorKind : std::uint8_t {
  unreachable,     ///< no connection: nothing was sent
  interrupted,     ///< the connection broke before the whole answer was there: it may have been done or not
  timeout,         ///< `connectTimeout` or `requestTimeout` is over: it may have been done or not
  tls,             ///< no trust in the other side, or no common TLS
  httpStatus,      ///< an answer that is not Janus's own; `code` is the HTTP status
  malformedReply,  ///< no JSON, not what the request is answered with, or longer than `maxReplyBytes`
  core,            ///< Janus said no; `code` is its own (403 secret, 458 session, 460 plugin, …)
  plugin,          ///< the plugin said no; `code` is its own, see video_room_code
};

/// `unreachable`, `interrupted`, …: the enumerator's own name.
[[nodiscard]] std::string_view toString(ErrorKind kind) noexcept;

/// Error codes of the VideoRoom plugin that callers branch on.
namespace video_room_code {
inline constexpr int unknownRequest = 423;
inline constexpr int noSuchRoom = 426;
inline constexpr int roomExists = 427;
inline constexpr int noSuchUser = 428;
inline constexpr int missingElement = 429;
inline constexpr int invalidElement = 430;
inline constexpr int unauthorized = 433;
}  // namespace video_room_code

/// Why Janus did not do what it was asked.
struct JanusError {
  ErrorKind kind = ErrorKind::malformedReply;
  int code = 0;
  /// In English or in the server's own words, cut to a few hundred characters; never a secret that the client
  /// was given.
  std::string text;

  [[nodiscard]] bool isPlugin(int pluginCode) const noexcept {
    return kind == ErrorKind::plugin && code == pluginCode;
  }

  /// For people: `the Janus plugin refused (426): No such room (x)`.
  [[nodiscard]] std::string describe() const;

  friend bool operator==(const JanusError&, const JanusError&) = default;
};

/// A value or a JanusError: what a server may answer on a good day, correct calling code handles.
template <class T>
using JanusResult = BasicResult<T, JanusError>;

}  // namespace messenger::janus
