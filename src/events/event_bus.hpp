#pragma once

#include <functional>
#include <memory>
#include <string>

#include "messenger/events/call_events.hpp"
#include "messenger/events/subscription.hpp"

namespace messenger::inline v0::events {

/// Calls listeners. An exception from a listener is reported, and the next one still runs. Thread-safe;
/// `emit` holds no lock while a listener runs. actions/delivery.hpp decides the order of emissions.
class EventBus {
 public:
  /// `report` receives what a listener threw; it must not throw.
  explicit EventBus(std::function<void(const std::string&)> report);
  ~EventBus();
  EventBus(const EventBus&) = delete;
  EventBus& operator=(const EventBus&) = delete;

  /// Instantiated for each alternative of Event, and for Event itself: then for every event, after the
  /// listeners of its kind.
  template <class E>
  [[nodiscard]] Subscription subscribe(std::function<void(const E&)> listener);

  void emit(const Event& event);

 private:
  struct Signals;
  std::unique_ptr<Signals> signals_;
};

}  // namespace messenger::events
