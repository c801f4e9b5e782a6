#pragma once

#include <string_view>

#include "messenger/contracts/broadcaster.hpp"
#include "messenger/events/call_events.hpp"
#include "tests/replay/fields.hpp"

namespace messenger::replay {

/// Keeps what is pushed.
class RecordingBroadcaster final : public Broadcaster {
 public:
  void broadcast(const Broadcast& broadcast) override;

  [[nodiscard]] Json take();

 private:
  Json pushed_ = Json::array();
};

/// An event as the protocol has it.
[[nodiscard]] Json toJson(const Event& event);

/// `ended`, `empty`, `declined`, …: the protocol's names.
[[nodiscard]] std::string_view wireName(EndReason reason) noexcept;

}  // namespace messenger::replay
