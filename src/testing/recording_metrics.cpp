#include "messenger/testing/recording_metrics.hpp"

#include <algorithm>
#include <stdexcept>

namespace messenger::inline v0::testing {
namespace {

std::string seriesOf(Metric metric, MetricLabels labels) {
  const MetricInfo& info = describe(metric);
  std::string series{info.name};
  for (std::size_t at = 0; at < labels.size(); ++at) {
    series.append(at == 0 ? "{" : ",");
    series.append(at < info.labels.size() ? info.labels[at].name : "?");
    series.append("=\"").append(labels[at]).append("\"");
  }
  return labels.empty() ? series : series + "}";
}

std::string seriesOf(Metric metric, RecordingMetrics::Labels labels) {
  return seriesOf(metric, MetricLabels(labels.begin(), labels.size()));
}

bool isKnown(const MetricInfo& info, MetricLabels labels) {
  if (labels.size() != info.labels.size()) return false;
  for (std::size_t at = 0; at < labels.size(); ++at) {
    const auto values = info.labels[at].values;
    if (std::find(values.begin(), values.end(), labels[at]) == values.end()) return false;
  }
  return true;
}

}  // namespace

double RecordingMetrics::value(Metric metric, Labels labels) const {
  const std::lock_guard lock(mutex_);
  const auto found = values_.find(seriesOf(metric, labels));
  return found == values_.end() ? 0 : found->second;
}

std::vector<double> RecordingMetrics::observed(Metric histogram, Labels labels) const {
  const std::lock_guard lock(mutex_);
  const auto found = observed_.find(seriesOf(histogram, labels));
  return found == observed_.end() ? std::vector<double>{} : found->second;
}

std::map<std::string, double> RecordingMetrics::all() const {
  const std::lock_guard lock(mutex_);
  return values_;
}

std::vector<std::string> RecordingMetrics::refused() const {
  const std::lock_guard lock(mutex_);
  return refused_;
}

void RecordingMetrics::clear() {
  const std::lock_guard lock(mutex_);
  values_.clear();
  observed_.clear();
  refused_.clear();
}

void RecordingMetrics::count(Metric counter, MetricLabels labels, std::uint64_t by) {
  const std::lock_guard lock(mutex_);
  const std::string series = seriesOf(counter, labels);
  values_[series] += static_cast<double>(by);
  check(counter, MetricKind::counter, labels, series);
}

void RecordingMetrics::set(Metric gauge, MetricLabels labels, double value) {
  const std::lock_guard lock(mutex_);
  const std::string series = seriesOf(gauge, labels);
  values_[series] = value;
  check(gauge, MetricKind::gauge, labels, series);
}

void RecordingMetrics::observe(Metric histogram, MetricLabels labels, double seconds) {
  const std::lock_guard lock(mutex_);
  const std::string series = seriesOf(histogram, labels);
  values_[series] += 1;
  observed_[series].push_back(seconds);
  check(histogram, MetricKind::histogram, labels, series);
}

void RecordingMetrics::check(Metric metric, MetricKind kind, MetricLabels labels, const std::string& series) {
  const MetricInfo& info = describe(metric);
  if (info.kind == kind && isKnown(info, labels)) return;
  refused_.push_back(series);
  throw std::logic_error("not in metricTable: " + series);
}

}  // namespace messenger::testing
