#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "messenger/contracts/metrics.hpp"
#include "messenger/export.hpp"

namespace prometheus {
class Registry;
}  // namespace prometheus

namespace messenger::inline v0 {

/// Metrics for Prometheus, kept by prometheus-cpp under the names of `metricTable`. Every series of the
/// counters and gauges is there from the start with 0, so that an alarm sees the first change; a histogram
/// appears with its first value. Component messenger::prometheus; docs/metrics.md.
///
///     auto metrics = std::make_shared<PrometheusMetrics>(registry);      // Dependencies::metrics
///     …
///     messenger.host().measure();                                        // before each scrape
///
/// Thread-safe. What counts and observes takes a fraction of a microsecond and never blocks for long.
class MESSENGER_EXPORT PrometheusMetrics final : public Metrics {
 public:
  /// Registers the metrics with the host's registry, which may have others, or with one of its own where that
  /// is null. Throws std::invalid_argument when a metric of the host's has one of the names. Those of another
  /// object on the same registry are shared: so several Messengers count together, but set the same gauges.
  explicit PrometheusMetrics(std::shared_ptr<prometheus::Registry> registry = nullptr);
  PrometheusMetrics(const PrometheusMetrics&) = delete;
  PrometheusMetrics& operator=(const PrometheusMetrics&) = delete;
  PrometheusMetrics(PrometheusMetrics&&) = delete;
  PrometheusMetrics& operator=(PrometheusMetrics&&) = delete;
  ~PrometheusMetrics() override;

  void count(Metric counter, MetricLabels labels, std::uint64_t by) override;
  void set(Metric gauge, MetricLabels labels, double value) override;
  void observe(Metric histogram, MetricLabels labels, double seconds) override;

  /// The registry in use, for example for a `prometheus::Exposer`.
  [[nodiscard]] const std::shared_ptr<prometheus::Registry>& registry() const noexcept;

  /// All that the registry has, in the text format of Prometheus: the body of an answer to a scrape.
  [[nodiscard]] std::string text() const;

 private:
  struct MESSENGER_NO_EXPORT Series;

  std::shared_ptr<prometheus::Registry> registry_;
  std::unique_ptr<Series> series_;
};

}  // namespace messenger
