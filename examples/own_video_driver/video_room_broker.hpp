#pragma once

#include <messenger/contracts/video_driver.hpp>

#include <memory>
#include <optional>
#include <string>

#include "room_keys.hpp"
#include "video_room.hpp"

// [class]
/// Makes a room for each call at the VideoRoom service. The library makes a broker for every job, from copies
/// of these arguments.
class VideoRoomBroker final : public messenger::VideoDriver {
 public:
  VideoRoomBroker(std::shared_ptr<VideoRoom> service, HostKey key)
      : service_(std::move(service)), key_(key) {}

  bool create(const messenger::Thread& thread, const messenger::Call& call) override;
  bool destroy(const messenger::CallWithRoom& call) override;

  [[nodiscard]] std::optional<std::string> getRoomId() const override { return room_.name; }
  [[nodiscard]] std::optional<std::string> getRoomPin() const override { return room_.pin; }
  [[nodiscard]] std::optional<std::string> getRoomSecret() const override { return room_.secret; }
  [[nodiscard]] std::optional<std::string> getExtraPayload() const override { return std::nullopt; }

 private:
  [[nodiscard]] RoomSettings settingsFor(const messenger::Thread& thread, const messenger::Call& call) const;

  std::shared_ptr<VideoRoom> service_;
  HostKey key_;
  RoomSettings room_;
};
// [/class]
