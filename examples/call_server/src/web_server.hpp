#pragma once

#include <messenger/contracts/logger.hpp>
#include <messenger/messenger.hpp>

#include <cstdint>
#include <memory>

#include "background.hpp"
#include "hub.hpp"
#include "metrics.hpp"
#include "settings.hpp"
#include "site.hpp"

namespace call_server {

/// HTTP/1.1 and WebSocket on one port, for a Site and a Hub, and HTTP/1.1 on another one for operators. The
/// arguments must outlive it.
class WebServer {
 public:
  WebServer(const Settings& settings, Site& site, Hub& hub, const messenger::Messenger& messenger,
            Metrics& metrics, messenger::Logger& logger);
  ~WebServer();
  WebServer(const WebServer&) = delete;
  WebServer& operator=(const WebServer&) = delete;

  /// The ports that it listens on.
  struct Ports {
    std::uint16_t everyone = 0;
    std::uint16_t admin = 0;
  };

  /// Listens, and serves on its own OS threads. Throws std::runtime_error when it cannot listen.
  Ports start();

  /// Accepts no more connections, closes WebSockets, gives running requests some time to finish, then ends. A
  /// second call does nothing.
  void stop();

  /// Refuses the requests that have waited too long by then. It does so by itself, ten times a second; this
  /// is for tests, which need not wait. Thread-safe.
  void refuseLate(Lane::Clock::time_point now);

  /// Of both listeners.
  [[nodiscard]] std::size_t connections() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace call_server
