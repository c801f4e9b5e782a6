#pragma once

#include <memory>

#include "messenger/contracts/broadcaster.hpp"
#include "messenger/contracts/clock.hpp"
#include "messenger/contracts/logger.hpp"
#include "messenger/contracts/video_driver.hpp"

namespace messenger {

/// A provider that has no rooms: `create` and `destroy` succeed, every room detail is empty. What a Messenger
/// uses until `setVideoDriver`.
class NullVideoDriver final : public VideoDriver {
 public:
  bool create(const Thread&, const Call&) override { return true; }
  bool destroy(const CallWithRoom&) override { return true; }
  [[nodiscard]] std::optional<std::string> getRoomId() const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::string> getRoomPin() const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::string> getRoomSecret() const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::string> getExtraPayload() const override { return std::nullopt; }
};

/// Tells nobody. The default.
[[nodiscard]] std::shared_ptr<Broadcaster> nullBroadcaster();

/// The machine's clocks. The default.
[[nodiscard]] std::shared_ptr<Clock> systemClock();

/// One line for each message of at least `level`, on standard error. The default, from warnings on.
[[nodiscard]] std::shared_ptr<Logger> stderrLogger(LogLevel level);

/// Says nothing.
[[nodiscard]] std::shared_ptr<Logger> nullLogger();

}  // namespace messenger
