#include "messenger/adapters/janus/janus_error.hpp"

#include <fmt/format.h>

namespace messenger::inline v0::janus {

std::string_view toString(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::unreachable:
      return "unreachable";
    case ErrorKind::interrupted:
      return "interrupted";
    case ErrorKind::timeout:
      return "timeout";
    case ErrorKind::tls:
      return "tls";
    case ErrorKind::httpStatus:
      return "httpStatus";
    case ErrorKind::malformedReply:
      return "malformedReply";
    case ErrorKind::core:
      return "core";
    case ErrorKind::plugin:
      return "plugin";
  }
  return "unknown";
}

std::string JanusError::describe() const {
  switch (kind) {
    case ErrorKind::unreachable:
      return "Janus cannot be reached: " + text;
    case ErrorKind::interrupted:
      return "the connection to Janus was interrupted: " + text;
    case ErrorKind::timeout:
      return "Janus did not answer in time: " + text;
    case ErrorKind::tls:
      return "no trusted connection to Janus: " + text;
    case ErrorKind::httpStatus:
      return fmt::format("Janus answered with HTTP status {}: {}", code, text);
    case ErrorKind::malformedReply:
      return "the answer is not from Janus, or is malformed: " + text;
    case ErrorKind::core:
      return fmt::format("Janus refused ({}): {}", code, text);
    case ErrorKind::plugin:
      return fmt::format("the Janus plugin refused ({}): {}", code, text);
  }
  return text;
}

}  // namespace messenger::janus
