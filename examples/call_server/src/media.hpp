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

/// What a browser needs to take part in a call at the media server, and nothing else.
struct MediaDetails {
  std::string server;
  std::string token;      ///< Janus's signed token for one who may use VideoRoom; empty when it asks for none
  std::string roomToken;  ///< the same for this one room
  messenger::janus::JanusId room;
  messenger::janus::JanusId participant;
  std::string pin;
};

/// The Janus side of the server: makes rooms for calls, brings rooms and calls together again, takes the
/// media from who is out of a call.
class Media {
 public:
  /// Sets the messenger's driver. Throws std::invalid_argument when `options` are incomplete.
  Media(messenger::Messenger& messenger, const messenger::janus::JanusOptions& options,
        const Settings& settings, std::shared_ptr<messenger::Logger> logger, Metrics& metrics);
  ~Media() { stop(); }
  Media(const Media&) = delete;
  Media& operator=(const Media&) = delete;

  /// Begins to look after rooms, in threads of its own.
  void start();
  void stop();

  /// For one who is in the call; `room` is what the messenger shows them.
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

/// The id under which a participant joins the room: their own, or a number of 53 bits that follows from it
/// where the server takes numbers.
[[nodiscard]] messenger::janus::JanusId mediaId(const messenger::ParticipantId& participant,
                                                messenger::janus::IdKind kind);

}  // namespace call_server
