#pragma once

#include <messenger/adapters/redis/redis_broadcaster.hpp>
#include <messenger/contracts/logger.hpp>

#include <atomic>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <thread>
#include <vector>

#include "hub.hpp"

namespace call_server {

/// What goes to the hub of this server, and over Redis to those of the others on the same database. All of it
/// is on one channel of Redis, to which each server listens: a client gets what was sent after it has
/// subscribed here, and each server looks at everything.
///
/// A client of this server gets it also while Redis does not answer; those of others are told afterwards that
/// they may have missed something. Each call may block for as long as `RedisOptions::timeLimit`, and throws
/// nothing for Redis: it logs. Thread-safe.
class Relay final : public messenger::Broadcaster, public Channels {
 public:
  /// Listens from now on, on an OS thread of its own. Throws std::invalid_argument for a URL out of bounds.
  Relay(const std::string& url, std::shared_ptr<Hub> hub, std::shared_ptr<messenger::Logger> logger);
  ~Relay() override;
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  void broadcast(const messenger::Broadcast& broadcast) override;
  void publish(const std::string& channel, std::string_view event, const std::string& data) override;
  void revoke(const std::string& channel, const std::string& user) override;
  void revokeAll(const std::string& channel) override;

 private:
  void tell(const std::string& what, const nlohmann::json& details);
  void listen();
  void received(const messenger::RedisSubscriber::Push& push);
  void missed();

  const std::string self_;
  const std::shared_ptr<Hub> hub_;
  const std::shared_ptr<messenger::Logger> logger_;
  const std::shared_ptr<messenger::Broadcaster> others_;
  messenger::RedisSubscriber subscriber_;  // of the OS thread alone
  std::atomic<bool> tells_{true};          ///< whether the latest message went out
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace call_server
