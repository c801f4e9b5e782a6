#include "messenger/adapters/prometheus/prometheus_metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace messenger::inline v0 {
namespace {

/// Where the series with these labels stands among all that its metric can have.
std::size_t placeOf(const MetricInfo& info, MetricLabels labels) {
  if (labels.size() != info.labels.size()) throw std::invalid_argument("a metric with other labels");
  std::size_t place = 0;
  for (std::size_t at = 0; at < labels.size(); ++at) {
    const auto values = info.labels[at].values;
    const auto found = std::find(values.begin(), values.end(), labels[at]);
    if (found == values.end()) throw std::invalid_argument("a metric with an unknown value of a label");
    place = place * values.size() + static_cast<std::size_t>(found - values.begin());
  }
  return place;
}

std::size_t placesOf(const MetricInfo& info) {
  std::size_t places = 1;
  for (const MetricLabel& label : info.labels) places *= label.values.size();
  return places;
}

/// The labels of that place, as prometheus-cpp takes them.
std::map<std::string, std::string> labelsAt(const MetricInfo& info, std::size_t place) {
  std::map<std::string, std::string> labels;
  for (std::size_t at = info.labels.size(); at > 0; --at) {
    const MetricLabel& label = info.labels[at - 1];
    labels.emplace(label.name, label.values[place % label.values.size()]);
    place /= label.values.size();
  }
  return labels;
}

/// All series of one counter or gauge.
template <class Each, class Builder>
std::vector<Each*> seriesOf(Builder builder, const MetricInfo& info, prometheus::Registry& registry) {
  auto& family = builder.Name(std::string{info.name}).Help(std::string{info.help}).Register(registry);
  std::vector<Each*> series;
  for (std::size_t place = 0; place < placesOf(info); ++place) {
    series.push_back(&family.Add(labelsAt(info, place)));
  }
  return series;
}

}  // namespace

struct PrometheusMetrics::Series {
  using Counters = std::vector<prometheus::Counter*>;
  using Gauges = std::vector<prometheus::Gauge*>;

  /// Of a histogram each series begins with its first value: few of those that could be ever are.
  class Histograms {
   public:
    Histograms(const MetricInfo& info, prometheus::Registry& registry)
        : info_(info),
          family_(prometheus::BuildHistogram()
                      .Name(std::string{info.name})
                      .Help(std::string{info.help})
                      .Register(registry)),
          series_(std::make_unique<std::vector<std::atomic<prometheus::Histogram*>>>(placesOf(info))) {}

    void observe(std::size_t place, double value) {
      std::atomic<prometheus::Histogram*>& known = (*series_)[place];
      prometheus::Histogram* histogram = known.load(std::memory_order_acquire);
      if (histogram == nullptr) {
        // The family has one for the same labels, whoever adds it first.
        histogram = &family_.Add(labelsAt(info_, place), prometheus::Histogram::BucketBoundaries(
                                                             info_.buckets.begin(), info_.buckets.end()));
        known.store(histogram, std::memory_order_release);
      }
      histogram->Observe(value);
    }

   private:
    const MetricInfo& info_;
    prometheus::Family<prometheus::Histogram>& family_;
    std::unique_ptr<std::vector<std::atomic<prometheus::Histogram*>>> series_;
  };

  using Any = std::variant<Counters, Gauges, Histograms>;

  explicit Series(prometheus::Registry& registry) {
    for (const MetricInfo& info : metricTable()) byMetric.push_back(of(info, registry));
  }

  static Any of(const MetricInfo& info, prometheus::Registry& registry) {
    switch (info.kind) {
      case MetricKind::counter:
        return seriesOf<prometheus::Counter>(prometheus::BuildCounter(), info, registry);
      case MetricKind::gauge:
        return seriesOf<prometheus::Gauge>(prometheus::BuildGauge(), info, registry);
      case MetricKind::histogram:
        break;
    }
    return Histograms(info, registry);
  }

  template <class Kind>
  Kind& at(Metric metric) {
    return std::get<Kind>(byMetric.at(static_cast<std::size_t>(metric)));
  }

  std::vector<Any> byMetric;
};

PrometheusMetrics::PrometheusMetrics(std::shared_ptr<prometheus::Registry> registry)
    : registry_(registry ? std::move(registry) : std::make_shared<prometheus::Registry>()),
      series_(std::make_unique<Series>(*registry_)) {}

PrometheusMetrics::~PrometheusMetrics() = default;

void PrometheusMetrics::count(Metric counter, MetricLabels labels, std::uint64_t by) {
  series_->at<Series::Counters>(counter)
      .at(placeOf(describe(counter), labels))
      ->Increment(static_cast<double>(by));
}

void PrometheusMetrics::set(Metric gauge, MetricLabels labels, double value) {
  series_->at<Series::Gauges>(gauge).at(placeOf(describe(gauge), labels))->Set(value);
}

void PrometheusMetrics::observe(Metric histogram, MetricLabels labels, double seconds) {
  series_->at<Series::Histograms>(histogram).observe(placeOf(describe(histogram), labels), seconds);
}

const std::shared_ptr<prometheus::Registry>& PrometheusMetrics::registry() const noexcept {
  return registry_;
}

std::string PrometheusMetrics::text() const {
  return prometheus::TextSerializer().Serialize(registry_->Collect());
}

}  // namespace messenger
