#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "messenger/contracts/logger.hpp"
#include "messenger/http/request.hpp"
#include "messenger/http/response.hpp"

namespace messenger {
class Messenger;
}

namespace messenger::http {

struct RouterOptions {
  /// Where the API is mounted. Empty, or begins with a slash and ends without one.
  std::string prefix = "/api/messenger";
  /// A longer path is answered with 414. At least one.
  std::size_t maxPath = 2048;
  /// A longer body is answered with 413.
  std::size_t maxBody = std::size_t{64} * 1024;
  /// An id with more bytes (decoded) is not looked for: 404. At least one.
  std::size_t maxId = 255;
  /// What a 503 asks the client to wait. At least one second.
  std::chrono::seconds retryAfter{5};
  /// How many calls the router remembers the thread of, so that a heartbeat needs no storage. Bounds its
  /// memory (about 200 bytes each), not the calls there may be. At least one.
  std::size_t callThreadCache = 65536;
  /// Gets a line for each 503 that storage or presence caused; `stderrLogger(warning)` when null.
  std::shared_ptr<Logger> logger;
};

/// The reference's REST surface: requests in, responses out, on whatever HTTP server the host has. Routes,
/// bodies and statuses are in docs/http.md.
///
/// Thread-safe, and as blocking as the Messenger's verbs. Refusals and failures of storage become responses;
/// what a host's own ThreadDirectory throws beyond messenger::Error passes through.
class Router {
 public:
  /// The Messenger must outlive it. Throws std::invalid_argument for options out of bounds.
  explicit Router(Messenger& messenger, RouterOptions options = {});
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  [[nodiscard]] Response handle(const Request& request) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace messenger::http
