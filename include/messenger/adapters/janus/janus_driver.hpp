#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "messenger/adapters/janus/video_room.hpp"
#include "messenger/contracts/video_driver.hpp"
#include "messenger/export.hpp"

namespace messenger::inline v0::janus {

/// How a JanusDriver makes rooms. Only the key has no default.
struct JanusDriverSettings {
  /// Ids, pins and secrets of rooms are derived from it: `JanusOptions::keyOfRooms`. Anyone who has it can
  /// destroy the rooms. With another key, rooms made before are not recognized.
  Secret roomKey;
  std::size_t privatePublishers = 4;         ///< how many may send in a private call
  std::size_t publishersBesideMembers = 6;   ///< in a group: for second devices
  std::uint64_t privateBitrate = 1'024'000;  ///< bits a second for each publisher of a private call
  std::uint64_t groupBitrate = 600'000;      ///< bits a second for each publisher of a group's call
  /// Further fields for each `create`, a JSON object: `{"audiolevel_event":true}`.
  std::string more{};
  /// On: a room lets in only those who bring a token of `Messenger::roomCredentials`, and whoever is taken
  /// out of the call is taken out of the room. Needs `Config::calling.subscriber.removesSessions`. Switch it
  /// while no call is active: whoever is in a room without a token is taken out of it.
  bool admitsSessions = false;
};

/// A room of Janus's VideoRoom plugin for each call:
///
///     messenger.setVideoDriver<janus::JanusDriver>(videoRoom, settings);
///
/// Safe to repeat. The room's id, pin and secret are derived from the call's id and the room key. A room that
/// exists is adopted if it accepts this secret; a room that is missing counts as destroyed. The description
/// of a room contains a mark by which a Reconciler recognizes it. Failures throw DriverError.
///
/// With `admitsSessions`: a client joins with the `identity` of its credentials as its id (a number where the
/// server uses numbers), and their token. A token opens the room for one session, until that is closed. When
/// a session is removed, its tokens are taken back first; then its participant is kicked, and with it
/// everyone whose id is not that of a session with a token.
class MESSENGER_EXPORT JanusDriver final : public VideoDriver,
                                           private ParticipantAccess,
                                           private ParticipantRemoval {
 public:
  /// Made by `Messenger::setVideoDriver` for each job.
  JanusDriver(VideoRoom room, JanusDriverSettings settings);

  bool create(const Thread& thread, const Call& call) override;
  bool destroy(const CallWithRoom& call) override;

  /// Null unless `admitsSessions` is on.
  [[nodiscard]] ParticipantAccess* access() noexcept override;
  [[nodiscard]] ParticipantRemoval* removal() noexcept override;

  [[nodiscard]] std::optional<std::string> getRoomId() const override { return id_; }
  [[nodiscard]] std::optional<std::string> getRoomPin() const override { return pin_; }
  [[nodiscard]] std::optional<std::string> getRoomSecret() const override;
  /// Empty: a client needs only the id and the pin.
  [[nodiscard]] std::optional<std::string> getExtraPayload() const override { return std::nullopt; }

 private:
  std::optional<RoomCredentials> admit(const CallWithRoom& call, const CallSession& session) override;
  bool remove(const CallWithRoom& call, const Secret& mediaId) override;

  VideoRoom room_;
  JanusDriverSettings settings_;
  std::optional<std::string> id_;
  std::optional<std::string> pin_;
  std::optional<Secret> secret_;
};

/// The id that a JanusDriver gives a call's room: `call-…`, or a number of 53 bits derived from the key.
MESSENGER_EXPORT [[nodiscard]] JanusId roomIdOf(const CallId& call, const Secret& roomKey, IdKind kind);

/// The secret that a JanusDriver gives a call's room: for a host that kicks or mutes at the media server.
MESSENGER_EXPORT [[nodiscard]] Secret roomSecretOf(const CallId& call, const Secret& roomKey);

}  // namespace messenger::janus
