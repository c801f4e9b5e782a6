#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "messenger/contracts/video_driver.hpp"

namespace messenger::tests {

/// A video provider whose rooms are files: they outlive the process that made them. The hooks run before and
/// after a room is made or goes.
struct RoomFolder {
  explicit RoomFolder(std::filesystem::path folder) : path(std::move(folder)) {}

  /// The calls that have a room, in order.
  [[nodiscard]] std::vector<std::string> rooms() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  std::filesystem::path path;
  std::function<void(const std::string& point)> at = [](const std::string&) {};
};

class FolderDriver final : public VideoDriver {
 public:
  explicit FolderDriver(std::shared_ptr<RoomFolder> folder) : folder_(std::move(folder)) {}

  bool create(const Thread&, const Call& call) override {
    folder_->at("before-create");
    room_ = call.id.value();
    std::ofstream(folder_->path / room_) << "room";
    folder_->at("after-create");
    return true;
  }
  bool destroy(const CallWithRoom& call) override {
    folder_->at("before-destroy");
    std::filesystem::remove(folder_->path / call.id.value());
    folder_->at("after-destroy");
    return true;
  }
  [[nodiscard]] std::optional<std::string> getRoomId() const override { return room_; }
  [[nodiscard]] std::optional<std::string> getRoomPin() const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::string> getRoomSecret() const override { return "swordfish"; }
  [[nodiscard]] std::optional<std::string> getExtraPayload() const override { return std::nullopt; }

 private:
  std::shared_ptr<RoomFolder> folder_;
  std::string room_;
};

}  // namespace messenger::tests
