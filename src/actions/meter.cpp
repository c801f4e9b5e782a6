#include "actions/meter.hpp"

#include <algorithm>
#include <chrono>
#include <variant>

#include "actions/log.hpp"
#include "support/thrown.hpp"

namespace messenger::inline v0::actions {

void Meter::doCount(Metric counter, MetricLabels labels, std::uint64_t by) noexcept {
  try {
    metrics_->count(counter, labels, by);
  } catch (...) {
    reportOnce(counter);
  }
}

void Meter::doSet(Metric gauge, MetricLabels labels, double value) noexcept {
  try {
    metrics_->set(gauge, labels, value);
  } catch (...) {
    reportOnce(gauge);
  }
}

void Meter::doObserve(Metric histogram, MetricLabels labels, Seconds took) noexcept {
  try {
    metrics_->observe(histogram, labels, std::max(took, Seconds::zero()).count());
  } catch (...) {
    reportOnce(histogram);
  }
}

namespace {

/// One overload for each event that says something that is counted.
struct Counted {
  Meter& meter;

  void operator()(const CallStarted& event) const {
    meter.count(Metric::callsStarted, 1, toString(event.call.type));
  }
  void operator()(const CallEnded& event) const {
    meter.count(Metric::callsEnded, 1, toString(event.reason));
    meter.observe(Metric::callDuration, event.duration);
  }
  void operator()(const CallJoined&) const { meter.count(Metric::joins, 1); }
  void operator()(const KickedFromCall& event) const {
    if (event.participant.kicked) meter.count(Metric::kicks, 1);
  }
  void operator()(const CallRinging& event) const { meter.count(Metric::ringsStarted, event.callees.size()); }
  void operator()(const RingStopped& event) const { meter.count(Metric::rings, 1, toString(event.state)); }
  void operator()(const CallMissed& event) const {
    // Who missed it otherwise was rung, and RingStopped has counted it.
    if (event.state == RingState::busy) meter.count(Metric::rings, 1, toString(event.state));
  }
  void operator()(const BroadcastFailed&) const { meter.count(Metric::broadcastFailures, 1); }
  template <class Other>
  void operator()(const Other&) const {}
};

}  // namespace

void Meter::doCount(const Event& event) noexcept {
  std::visit(Counted{*this}, event);
}

void Meter::reportOnce(Metric metric) noexcept {
  if (reported_.exchange(true)) return;
  try {
    logSafely(logger_, LogLevel::warning, "the host's metrics threw; further times are not logged",
              {{"metric", describe(metric).name}, {"error", support::whatWasThrown()}});
  } catch (...) {
    logSafely(logger_, LogLevel::warning, "the host's metrics threw; further times are not logged");
  }
}

}  // namespace messenger::actions
