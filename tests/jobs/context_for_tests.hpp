#pragma once

#include "actions/context.hpp"
#include "events/event_bus.hpp"
#include "messenger/adapters/defaults.hpp"
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {

/// What actions and jobs need, on a fixture's storage and clock, without a Messenger around it.
class ContextForTests {
 public:
  explicit ContextForTests(Fixture& world, const Config& given = Fixture::configured())
      : config_(given), world_(world) {}

 private:
  Config config_;
  Fixture& world_;
  std::shared_ptr<Broadcaster> broadcaster_ = nullBroadcaster();
  support::IdGenerator ids_;
  support::WakeUp stored_;
  events::EventBus bus_{[](const std::string&) {}};
  actions::Meter meter_{nullptr, *world_.clock, *world_.logger};
  actions::Delivery delivery_{bus_, *broadcaster_, *world_.logger, meter_};
  actions::PresenceWindow window_{config_.presence, InstanceId{1}, false, world_.steady()};

 public:
  actions::Context context{
      config_,
      {config_.calling.enabled, true, config_.calling.subscriber.channel, false, config_.limits},
      *world_.storage,
      *world_.storage->threads(),
      /*threadsAreInStorage=*/true,
      *world_.presence,
      *world_.clock,
      *world_.logger,
      meter_,
      ids_,
      delivery_,
      window_,
      stored_,
      InstanceId{1},
      actions::Extras{nullptr, *world_.logger},
      [](const CallId&) { return std::optional<Call>{}; }};
};

}  // namespace messenger::tests
