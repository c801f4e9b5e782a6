#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace messenger::inline v0::http {

/// A header field of a response.
struct Header {
  std::string name;   ///< e.g. `Allow`
  std::string value;  ///< without line breaks
};

/// What the host's HTTP server should send.
struct Response {
  /// For the `Content-Type` header of every response.
  static constexpr std::string_view contentType = "application/json";

  int status = 200;             ///< of HTTP
  std::vector<Header> headers;  ///< `Allow` with 405, `Retry-After` with 503, `Link` with a list that goes on
  std::string body;             ///< JSON in UTF-8; empty in an answer to HEAD
};

}  // namespace messenger::http
