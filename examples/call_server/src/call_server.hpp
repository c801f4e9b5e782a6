#pragma once

#include <messenger/adapters/janus/janus_options.hpp>
#include <messenger/messenger.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "background.hpp"
#include "hub.hpp"
#include "media.hpp"
#include "metrics.hpp"
#include "settings.hpp"
#include "site.hpp"
#include "web_server.hpp"

namespace call_server {

/// The whole server: the messenger on its file, workers and scheduler, media, HTTP and WebSocket.
class CallServer {
 public:
  struct Parts {
    Settings settings;
    messenger::Config config;
    std::optional<messenger::janus::JanusOptions> janus;  ///< none: calls without media
    std::shared_ptr<messenger::Logger> logger;
    std::shared_ptr<messenger::Storage> storage{};  ///< null: the SQLite file
    std::shared_ptr<messenger::Clock> clock{};      ///< null: the machine's
  };

  /// Throws std::invalid_argument for settings out of bounds, messenger::StorageError when the file cannot be
  /// used.
  explicit CallServer(const Parts& parts);
  ~CallServer();
  CallServer(const CallServer&) = delete;
  CallServer& operator=(const CallServer&) = delete;

  /// Serves. Throws std::runtime_error when it cannot listen.
  WebServer::Ports start();
  /// Nobody is evicted because of it: heartbeats are reported, and after the next start everyone gets a TTL
  /// of grace. Takes no longer than `Limits::stopping`, unless a job waits for the media server.
  void stop();

  [[nodiscard]] messenger::Messenger& messenger() noexcept { return messenger_; }
  [[nodiscard]] Hub& hub() noexcept { return *hub_; }
  [[nodiscard]] std::size_t connections() const { return web_.connections(); }
  void refuseLate(Lane::Clock::time_point now) { web_.refuseLate(now); }

 private:
  /// Where pushes and the events of channels go: to the hub, or to those of other servers as well.
  struct Outlet {
    std::shared_ptr<messenger::Broadcaster> broadcaster;
    std::shared_ptr<Channels> channels;
  };
  static Outlet outletOf(const Parts& parts, const std::shared_ptr<Hub>& hub);

  void logCalls();
  void watch();
  void checkRights();

  // In the order of their use: later members use earlier ones.
  Settings settings_;
  std::shared_ptr<messenger::Logger> logger_;
  std::shared_ptr<messenger::Clock> clock_;
  Metrics metrics_;
  std::shared_ptr<Hub> hub_;
  const Outlet outlet_;
  messenger::Messenger messenger_;
  std::unique_ptr<Media> media_;
  Site site_;
  std::vector<messenger::Subscription> subscriptions_;
  WebServer web_;
  std::optional<messenger::Worker> worker_;
  std::optional<messenger::Scheduler> scheduler_;
  bool down_ = false;
  std::atomic<bool> stopping_{false};
  std::unique_ptr<Periodic> watch_;
  std::unique_ptr<Periodic> rights_;
};

}  // namespace call_server
