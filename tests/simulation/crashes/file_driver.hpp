#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "messenger/contracts/video_driver.hpp"
#include "tests/simulation/crashes/journal.hpp"

namespace messenger::crashes {

/// A room is a file that has the call's id as its name. Takes a while, for a quarter of the calls a long one,
/// so that the end often comes in between.
class FileDriver final : public VideoDriver {
 public:
  FileDriver(std::filesystem::path folder, const Journal& journal)
      : folder_(std::move(folder)), journal_(journal) {}

  bool create(const Thread& /*thread*/, const Call& call) override {
    pause(call);
    const std::filesystem::path file = folder_ / call.id.value();
    const int handle = ::open(file.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (handle < 0) return false;
    ::close(handle);
    journal_.add("made", call.id);
    pause(call);
    id_ = call.id.value();
    return true;
  }
  bool destroy(const CallWithRoom& call) override {
    pause(call);
    std::error_code error;
    if (std::filesystem::remove(folder_ / call.id.value(), error)) journal_.add("destroyed", call.id);
    pause(call);
    return !error;
  }
  [[nodiscard]] std::optional<std::string> getRoomId() const override { return id_; }
  [[nodiscard]] std::optional<std::string> getRoomPin() const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::string> getRoomSecret() const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::string> getExtraPayload() const override { return std::nullopt; }

 private:
  static void pause(const Call& call) {
    const std::size_t chance = std::hash<CallId>{}(call.id) % 32;
    std::this_thread::sleep_for(std::chrono::milliseconds{chance < 8 ? 400 : chance % 8});
  }

  std::filesystem::path folder_;
  const Journal& journal_;
  std::string id_;
};

}  // namespace messenger::crashes
