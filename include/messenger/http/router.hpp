#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "messenger/contracts/logger.hpp"
#include "messenger/export.hpp"
#include "messenger/http/request.hpp"
#include "messenger/http/response.hpp"

namespace messenger::inline v0 {
class Messenger;
}  // namespace messenger

namespace messenger::inline v0::http {

/// Where and how the routes are served.
struct RouterOptions {
  /// Where the API is mounted. Empty, or begins with a slash and ends without one.
  std::string prefix = "/api/messenger";
  /// A longer path is answered with 414. At least one.
  std::size_t maxPath = 2048;
  /// A longer body is answered with 413.
  std::size_t maxBody = std::size_t{64} * 1024;
  /// A longer id (in bytes, decoded) is answered with 404, without a look-up. At least one.
  std::size_t maxId = 255;
  /// How many participants, or active calls, one response lists at most; `?limit=` may ask for fewer, and a
  /// `Link` header leads to the rest. From 1 to 100,000.
  std::size_t pageSize = 500;
  /// The `Retry-After` of a 503. At least one second.
  std::chrono::seconds retryAfter{5};
  /// For how many calls the router remembers the thread, so that a heartbeat needs no storage. Limits its
  /// memory (about 200 bytes each), not the number of calls. At least one.
  std::size_t callThreadCache = 65536;
  /// Gets a line for each 503 that storage or presence caused; `stderrLogger(warning)` when null.
  std::shared_ptr<Logger> logger;
};

/// The REST API of the Laravel package, for any HTTP server: it takes requests and returns responses. Routes,
/// bodies and statuses are in docs/http.md; what the bodies of the package have beyond them, in
/// docs/from-laravel.md. A host adds such fields with a `Presenter` (`Dependencies::presenter`).
///
/// Thread-safe; blocks as the verbs of Messenger do. Refusals and messenger::Error become responses; other
/// exceptions from the host's own ThreadDirectory pass through.
class MESSENGER_EXPORT Router {
 public:
  /// The Messenger must outlive it. Throws std::invalid_argument for options out of bounds.
  explicit Router(Messenger& messenger, RouterOptions options = {});
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  /// Answers a request. What is no route of the library is answered with 404, a wrong method with 405.
  [[nodiscard]] Response handle(const Request& request) const;

  /// A heartbeat from memory alone: never blocks, whatever the storage does, so an event loop may call it.
  /// Returns nothing when the heartbeat was not acknowledged, and for every other request: call `handle`.
  [[nodiscard]] std::optional<Response> tryHeartbeat(const Request& request) const;

 private:
  class MESSENGER_NO_EXPORT Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace messenger::http
