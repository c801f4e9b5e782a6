#pragma once

#include <messenger/adapters/janus/janus_driver.hpp>
#include <messenger/adapters/janus/reconciler.hpp>
#include <messenger/contracts/logger.hpp>
#include <messenger/messenger.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "background.hpp"
#include "metrics.hpp"
#include "settings.hpp"

namespace call_server {

/// What a browser needs to use the media server for a call, and nothing else.
struct MediaDetails {
  std::string server;
  std::string token;      ///< Janus's signed token for one who may use VideoRoom; empty when it asks for none
  std::string roomToken;  ///< opens the room for this session
  messenger::janus::JanusId room;
  messenger::janus::JanusId participant;
  std::string pin;
};

/// The Janus side of the server: makes rooms for calls, lets in who is in the call, and reconciles rooms and
/// calls. Whoever is out of a call is taken out of its room by the library's jobs.
class Media {
 public:
  /// Sets the messenger's driver. Throws std::invalid_argument when `options` are incomplete.
  Media(messenger::Messenger& messenger, const messenger::janus::JanusOptions& options,
        const Settings& settings, std::shared_ptr<messenger::Logger> logger, Metrics& metrics);
  ~Media() { stop(); }
  Media(const Media&) = delete;
  Media& operator=(const Media&) = delete;

  /// Starts the OS thread that looks after rooms.
  void start();
  /// Waits for the request to Janus that is under way.
  void stop();
  /// Looks no more. Does not wait.
  void requestStop();

  /// For a user in the call; `room` is what the messenger shows them, `credentials` what lets their device
  /// in.
  [[nodiscard]] MediaDetails detailsFor(const messenger::RoomView& room,
                                        const messenger::RoomCredentials& credentials) const;

 private:
  void look();
  void reconcile();
  void retryRemovals();

  messenger::Messenger& messenger_;
  messenger::janus::VideoRoom rooms_;
  messenger::Secret roomKey_;
  messenger::janus::Reconciler reconciler_;
  std::string publicUrl_;
  std::optional<messenger::Secret> tokenSecret_;
  std::chrono::seconds tokenLifetime_;
  std::chrono::milliseconds probeInterval_;
  std::chrono::milliseconds reconcileInterval_;
  std::shared_ptr<messenger::Logger> logger_;
  Metrics& metrics_;

  // Of the thread that looks
  std::optional<bool> up_;
  SteadyTime reconciled_{};

  std::atomic<bool> stopping_{false};
  std::unique_ptr<Periodic> watch_;
};

}  // namespace call_server
