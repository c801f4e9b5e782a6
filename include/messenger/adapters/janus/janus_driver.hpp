#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "messenger/adapters/janus/video_room.hpp"
#include "messenger/contracts/video_driver.hpp"

namespace messenger::janus {

/// How a JanusDriver makes rooms. The defaults but the key.
struct JanusDriverSettings {
  /// What the names, pins and secrets of rooms follow from: `JanusOptions::keyOfRooms`. Whoever has it can
  /// destroy the rooms; with another one, rooms made before are strangers.
  Secret roomKey;
  std::size_t privatePublishers = 4;
  std::size_t publishersBesideMembers = 6;  ///< in a group: a phone beside the laptop
  std::uint64_t privateBitrate = 1'024'000;
  std::uint64_t groupBitrate = 600'000;
  /// Further fields for each `create`, a JSON object: `{"audiolevel_event":true}`.
  std::string more{};
};

/// A room of Janus's VideoRoom plugin for each call:
///
///     messenger.setVideoDriver<janus::JanusDriver>(videoRoom, settings);
///
/// Safe to repeat. The room's id, pin and secret follow from the call's id and the room key; a room that is
/// already there is adopted once it has shown that it answers to our secret; one that is gone counts as
/// destroyed. Its description carries a mark by which a Reconciler knows it again. Failures throw
/// DriverError.
class JanusDriver final : public VideoDriver {
 public:
  JanusDriver(VideoRoom room, JanusDriverSettings settings);

  bool create(const Thread& thread, const Call& call) override;
  bool destroy(const CallWithRoom& call) override;

  [[nodiscard]] std::optional<std::string> getRoomId() const override { return id_; }
  [[nodiscard]] std::optional<std::string> getRoomPin() const override { return pin_; }
  [[nodiscard]] std::optional<std::string> getRoomSecret() const override;
  /// Nothing: the id and the pin are all that a client needs.
  [[nodiscard]] std::optional<std::string> getExtraPayload() const override { return std::nullopt; }

 private:
  VideoRoom room_;
  JanusDriverSettings settings_;
  std::optional<std::string> id_;
  std::optional<std::string> pin_;
  std::optional<Secret> secret_;
};

/// The id that a JanusDriver gives a call's room: `call-…`, or a number of 53 bits that follows from the key.
[[nodiscard]] JanusId roomIdOf(const CallId& call, const Secret& roomKey, IdKind kind);

/// The secret that a JanusDriver gives it: for a host that kicks or mutes at the media server.
[[nodiscard]] Secret roomSecretOf(const CallId& call, const Secret& roomKey);

}  // namespace messenger::janus
