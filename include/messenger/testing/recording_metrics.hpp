#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "messenger/contracts/metrics.hpp"
#include "messenger/export.hpp"

namespace messenger::inline v0::testing {

/// Keeps what was measured. Throws std::logic_error, after it has kept it, for labels that the metric's entry
/// in `metricTable` does not allow, and for a metric of another kind. Thread-safe.
class MESSENGER_EXPORT RecordingMetrics final : public Metrics {
 public:
  /// Label values, in the order of `MetricInfo::labels`.
  using Labels = std::initializer_list<std::string_view>;

  /// Of a counter or gauge: its value, 0 before the first. Of a histogram: how many values it has.
  [[nodiscard]] double value(Metric metric, Labels labels = {}) const;
  /// The values of a histogram in their order.
  [[nodiscard]] std::vector<double> observed(Metric histogram, Labels labels = {}) const;
  /// Everything that was given so far: the series by name, as `name{label="value"}`, each with its value.
  [[nodiscard]] std::map<std::string, double> all() const;
  /// What was refused with std::logic_error, a text for each; empty when all was in order.
  [[nodiscard]] std::vector<std::string> refused() const;
  /// Clears the record.
  void clear();

  void count(Metric counter, MetricLabels labels, std::uint64_t by) override;
  void set(Metric gauge, MetricLabels labels, double value) override;
  void observe(Metric histogram, MetricLabels labels, double seconds) override;

 private:
  void check(Metric metric, MetricKind kind, MetricLabels labels, const std::string& series);

  mutable std::mutex mutex_;
  std::map<std::string, double> values_;
  std::map<std::string, std::vector<double>> observed_;
  std::vector<std::string> refused_;
};

}  // namespace messenger::testing
