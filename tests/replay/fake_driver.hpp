#pragma once

#include <functional>
#include <optional>
#include <string>

#include "messenger/contracts/video_driver.hpp"
#include "tests/replay/fields.hpp"

namespace messenger::replay {

/// How the fake provider behaves, set by the operation `driver`, and what was asked of it. One for a `reset`;
/// shared by all its drivers.
class Provider {
 public:
  enum class Behaviour : std::uint8_t { succeed, fail, throwIt };

  struct Script {
    Behaviour create = Behaviour::succeed;
    Behaviour destroy = Behaviour::succeed;
    std::optional<std::string> roomId = "123456789";
    std::optional<std::string> roomPin = "PIN";
    std::optional<std::string> roomSecret = "SECRET";
    std::optional<std::string> payload = "PAYLOAD";
    Json duringCreate;   ///< null, or operations to be carried out inside the next `create`
    Json duringDestroy;  ///< the same for `destroy`
  };

  /// `runNested` runs operations inside a driver call.
  explicit Provider(std::function<void(const Json&)> runNested) : runNested_(std::move(runNested)) {}

  /// The operation `driver`; a wrong one changes nothing.
  void change(const Json& op);

  /// What was asked since the last time, in the order of its beginning.
  [[nodiscard]] Json takeCalls();

 private:
  friend class FakeDriver;

  bool act(Behaviour behaviour, Json& during, const Json& record);

  std::function<void(const Json&)> runNested_;
  Script script_;
  Json calls_ = Json::array();
};

class FakeDriver final : public VideoDriver {
 public:
  explicit FakeDriver(Provider& provider) noexcept : provider_(provider) {}

  bool create(const Thread& thread, const Call& call) override;
  bool destroy(const CallWithRoom& call) override;
  [[nodiscard]] std::optional<std::string> getRoomId() const override { return made_.roomId; }
  [[nodiscard]] std::optional<std::string> getRoomPin() const override { return made_.roomPin; }
  [[nodiscard]] std::optional<std::string> getRoomSecret() const override { return made_.roomSecret; }
  [[nodiscard]] std::optional<std::string> getExtraPayload() const override { return made_.payload; }

 private:
  Provider& provider_;
  Provider::Script made_;
};

}  // namespace messenger::replay
