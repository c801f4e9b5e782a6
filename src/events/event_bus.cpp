#include "events/event_bus.hpp"

#include <boost/signals2/signal.hpp>
#include <stdexcept>
#include <tuple>

#include "events/gate.hpp"
#include "support/home_process.hpp"
#include "support/thrown.hpp"

namespace messenger::inline v0::events {
namespace {

template <class E>
using Signal = boost::signals2::signal<void(const E&)>;

template <class Variant>
struct SignalsOf;

template <class... Events>
struct SignalsOf<std::variant<Events...>> {
  using Tuple = std::tuple<Signal<Events>..., Signal<Event>>;
};

class Place final : public Subscription::State {
 public:
  Place(boost::signals2::connection connection, std::shared_ptr<Gate> gate,
        std::shared_ptr<const support::HomeProcess> home)
      : connection_(std::move(connection)), gate_(std::move(gate)), home_(std::move(home)) {}

  void cancel() noexcept override {
    if (!home_->isHere()) return;
    connection_.disconnect();
    gate_->close();
  }

 private:
  boost::signals2::connection connection_;
  std::shared_ptr<Gate> gate_;
  std::shared_ptr<const support::HomeProcess> home_;
};

/// Leaves the gate however the listener ends.
class Inside {
 public:
  explicit Inside(Gate& gate) : gate_(gate) {}
  ~Inside() { gate_.leave(); }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  Gate& gate_;
};

}  // namespace

struct EventBus::Signals {
  SignalsOf<Event>::Tuple byKind;
  std::shared_ptr<std::function<void(const std::string&)>> report;
  std::shared_ptr<const support::HomeProcess> home = std::make_shared<const support::HomeProcess>();
};

EventBus::EventBus(std::function<void(const std::string&)> report) : signals_(std::make_unique<Signals>()) {
  signals_->report = std::make_shared<std::function<void(const std::string&)>>(std::move(report));
}

EventBus::~EventBus() = default;

template <class E>
Subscription EventBus::subscribe(std::function<void(const E&)> listener) {
  if (!listener) throw std::invalid_argument("a listener must not be empty");
  auto gate = std::make_shared<Gate>();
  // Signals2 stops at a slot that throws; because this catches, the next one runs.
  auto slot = [gate, report = signals_->report, listener = std::move(listener)](const E& event) {
    if (!gate->enter()) return;
    const Inside inside(*gate);
    try {
      listener(event);
    } catch (...) {
      (*report)(support::whatWasThrown());
    }
  };
  auto connection = std::get<Signal<E>>(signals_->byKind).connect(std::move(slot));
  return Subscription(std::make_unique<Place>(std::move(connection), std::move(gate), signals_->home));
}

void EventBus::emit(const Event& event) {
  std::visit(
      [this](const auto& each) { std::get<Signal<std::decay_t<decltype(each)>>>(signals_->byKind)(each); },
      event);
  std::get<Signal<Event>>(signals_->byKind)(event);
}

template Subscription EventBus::subscribe(std::function<void(const CallStarted&)>);
template Subscription EventBus::subscribe(std::function<void(const CallJoined&)>);
template Subscription EventBus::subscribe(std::function<void(const CallLeft&)>);
template Subscription EventBus::subscribe(std::function<void(const CallIgnored&)>);
template Subscription EventBus::subscribe(std::function<void(const CallEnding&)>);
template Subscription EventBus::subscribe(std::function<void(const DeviceJoined&)>);
template Subscription EventBus::subscribe(std::function<void(const DeviceLeft&)>);
template Subscription EventBus::subscribe(std::function<void(const CallRinging&)>);
template Subscription EventBus::subscribe(std::function<void(const RingStopped&)>);
template Subscription EventBus::subscribe(std::function<void(const CallMissed&)>);
template Subscription EventBus::subscribe(std::function<void(const CallEnded&)>);
template Subscription EventBus::subscribe(std::function<void(const KickedFromCall&)>);
template Subscription EventBus::subscribe(std::function<void(const CallSetupCompleted&)>);
template Subscription EventBus::subscribe(std::function<void(const CallSetupFailed&)>);
template Subscription EventBus::subscribe(std::function<void(const CallTornDown&)>);
template Subscription EventBus::subscribe(std::function<void(const CallTeardownFailed&)>);
template Subscription EventBus::subscribe(std::function<void(const BroadcastFailed&)>);
template Subscription EventBus::subscribe(std::function<void(const JobFailed&)>);
template Subscription EventBus::subscribe(std::function<void(const MemberRemoved&)>);
template Subscription EventBus::subscribe(std::function<void(const Event&)>);

}  // namespace messenger::events
