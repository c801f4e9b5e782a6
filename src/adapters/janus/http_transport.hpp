#pragma once

#include <string>

#include "adapters/janus/curl_handles.hpp"
#include "messenger/adapters/janus/janus_client.hpp"

namespace messenger::janus {

/// Posts JSON and brings back what is answered with status 200. Thread-safe.
class HttpTransport {
 public:
  explicit HttpTransport(const JanusOptions& options) : options_(options) {}

  /// A harmless request is sent once more when there was no connection, or it broke.
  [[nodiscard]] JanusResult<std::string> post(const std::string& url, const std::string& body, Repeat repeat);

 private:
  [[nodiscard]] JanusResult<std::string> postOnce(const std::string& url, const std::string& body);

  const JanusOptions& options_;  ///< the client's, which holds both
  CurlHandles handles_;
};

}  // namespace messenger::janus
