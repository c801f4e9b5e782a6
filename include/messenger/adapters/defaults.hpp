#pragma once

#include <memory>

#include "messenger/contracts/broadcaster.hpp"
#include "messenger/contracts/clock.hpp"
#include "messenger/contracts/logger.hpp"
#include "messenger/contracts/video_driver.hpp"
#include "messenger/export.hpp"

namespace messenger::inline v0 {

/// A driver without a provider: `create` and `destroy` succeed, and every room detail is empty. Used until
/// `setVideoDriver` is called.
class MESSENGER_EXPORT NullVideoDriver final : public VideoDriver {
 public:
  bool create(const Thread&, const Call&) override { return true; }
  bool destroy(const CallWithRoom&) override { return true; }
  [[nodiscard]] std::optional<std::string> getRoomId() const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::string> getRoomPin() const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::string> getRoomSecret() const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::string> getExtraPayload() const override { return std::nullopt; }
};

/// Sends nothing. The default.
MESSENGER_EXPORT [[nodiscard]] std::shared_ptr<Broadcaster> nullBroadcaster();

/// The clocks of the machine. The default.
MESSENGER_EXPORT [[nodiscard]] std::shared_ptr<Clock> systemClock();

/// One line for each message of at least `level`, on standard error. The default, with `LogLevel::warning`.
MESSENGER_EXPORT [[nodiscard]] std::shared_ptr<Logger> stderrLogger(LogLevel level);

/// Discards every message.
MESSENGER_EXPORT [[nodiscard]] std::shared_ptr<Logger> nullLogger();

}  // namespace messenger
