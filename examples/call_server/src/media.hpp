#pragma once

#include <messenger/adapters/janus/janus_driver.hpp>
#include <messenger/adapters/janus/reconciler.hpp>
#include <messenger/contracts/logger.hpp>
#include <messenger/messenger.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "background.hpp"
#include "metrics.hpp"
#include "settings.hpp"

namespace call_server {

/// What a browser needs to use the media server for a call, and nothing else.
struct MediaDetails {
  std::string server;
  std::string token;      ///< Janus's signed token for one who may use VideoRoom; empty when it asks for none
  std::string roomToken;  ///< the same for this one room
  messenger::janus::JanusId room;
  messenger::janus::JanusId participant;
  std::string pin;
};

/// The Janus side of the server: makes rooms for calls, reconciles rooms and calls, and removes users who are
/// out of a call from the media.
class Media {
 public:
  /// Sets the messenger's driver. Throws std::invalid_argument when `options` are incomplete.
  Media(messenger::Messenger& messenger, const messenger::janus::JanusOptions& options,
        const Settings& settings, std::shared_ptr<messenger::Logger> logger, Metrics& metrics);
  ~Media() { stop(); }
  Media(const Media&) = delete;
  Media& operator=(const Media&) = delete;

  /// Starts the OS threads that look after rooms.
  void start();
  /// Waits for the requests to Janus that are under way.
  void stop();
  /// Looks no more; users who leave are still removed until `stop`. Does not wait.
  void requestStop();

  /// For a user in the call; `room` is what the messenger shows them.
  [[nodiscard]] MediaDetails detailsFor(const messenger::RoomView& room,
                                        const messenger::ParticipantId& participant) const;

 private:
  void look();
  void reconcile();
  void expelStrangers();
  void expelStrangers(const messenger::CallId& call);
  void removeLater(const messenger::CallParticipant& participant);
  void remove(const messenger::CallParticipant& participant);

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

  std::vector<messenger::Subscription> subscriptions_;
  std::atomic<bool> stopping_{false};
  std::unique_ptr<Errands> errands_;
  std::unique_ptr<Periodic> watch_;
};

/// The id under which a participant joins the room: its own id, or a number of 53 bits derived from it when
/// the server uses numbers.
[[nodiscard]] messenger::janus::JanusId mediaId(const messenger::ParticipantId& participant,
                                                messenger::janus::IdKind kind);

}  // namespace call_server
