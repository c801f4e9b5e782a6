#pragma once

#include <string>

#include "adapters/janus/curl_handles.hpp"
#include "messenger/adapters/janus/janus_client.hpp"

namespace messenger::inline v0::janus {

/// Posts JSON and returns the body of an answer with status 200. Thread-safe.
class HttpTransport {
 public:
  explicit HttpTransport(const JanusOptions& options) : options_(options) {}

  /// A harmless request is repeated once when the connection could not be made or broke.
  [[nodiscard]] JanusResult<std::string> post(const std::string& url, const std::string& body, Repeat repeat);

 private:
  [[nodiscard]] JanusResult<std::string> postOnce(const std::string& url, const std::string& body);

  const JanusOptions& options_;  ///< the client's, which holds both
  CurlHandles handles_;
};

}  // namespace messenger::janus
