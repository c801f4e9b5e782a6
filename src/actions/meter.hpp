#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "messenger/contracts/clock.hpp"
#include "messenger/contracts/logger.hpp"
#include "messenger/contracts/metrics.hpp"
#include "messenger/events/call_events.hpp"

namespace messenger::inline v0::actions {

/// The host's Metrics, if there are any: without them nothing is measured, and no clock is read. What they
/// throw is ignored; the first time is logged. REQUIRES: no lock is held, and no transaction is open.
/// Thread-safe.
class Meter {
 public:
  using Seconds = std::chrono::duration<double>;

  /// `metrics` may be null. The arguments outlive this object.
  Meter(Metrics* metrics, const Clock& clock, Logger& logger) noexcept
      : metrics_(metrics), clock_(clock), logger_(logger) {}
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;
  ~Meter() = default;

  [[nodiscard]] bool measures() const noexcept { return metrics_ != nullptr; }

  /// When something begins that is to be observed.
  [[nodiscard]] SteadyPoint begin() const noexcept { return measures() ? clock_.steady() : SteadyPoint{}; }

  /// `labels` are texts of the metric's label values.
  template <class... Labels>
  void count(Metric counter, std::uint64_t by, Labels... labels) noexcept {
    if (measures()) doCount(counter, std::array<std::string_view, sizeof...(Labels)>{labels...}, by);
  }
  template <class... Labels>
  void set(Metric gauge, double value, Labels... labels) noexcept {
    if (measures()) doSet(gauge, std::array<std::string_view, sizeof...(Labels)>{labels...}, value);
  }
  template <class... Labels>
  void observe(Metric histogram, Seconds took, Labels... labels) noexcept {
    if (measures()) doObserve(histogram, std::array<std::string_view, sizeof...(Labels)>{labels...}, took);
  }
  /// What has taken from `begin` until now.
  template <class... Labels>
  void observeSince(SteadyPoint begun, Metric histogram, Labels... labels) noexcept {
    if (measures()) observe(histogram, clock_.steady() - begun, labels...);
  }

  /// Counts what events say: calls, joins, kicks, rings, broadcasts that failed.
  void count(const Event& event) noexcept {
    if (measures()) doCount(event);
  }

 private:
  void doCount(Metric counter, MetricLabels labels, std::uint64_t by) noexcept;
  void doSet(Metric gauge, MetricLabels labels, double value) noexcept;
  void doObserve(Metric histogram, MetricLabels labels, Seconds took) noexcept;
  void doCount(const Event& event) noexcept;
  /// REQUIRES: an exception is being handled.
  void reportOnce(Metric metric) noexcept;

  Metrics* const metrics_;
  const Clock& clock_;
  Logger& logger_;
  std::atomic<bool> reported_ = false;
};

}  // namespace messenger::actions
