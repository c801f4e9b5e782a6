#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "messenger/export.hpp"

namespace messenger::inline v0 {

/// What the library measures. `describe` says of each what it is; docs/metrics.md has the same as a table.
enum class Metric : std::uint8_t {
  // Counters, counted as it happens in this process.
  callsStarted,       ///< by `CallType`
  callsEnded,         ///< by `EndReason`
  joins,              ///< users who joined a call that others had started
  evictions,          ///< devices that were taken out because they were silent
  kicks,              ///< participants who were kicked
  ringsStarted,       ///< callees who began to ring
  rings,              ///< callees whose ringing came to an end, or who were busy, by what became of it
  broadcastFailures,  ///< broadcasts for which the broadcaster threw
  jobRuns,            ///< by `JobType` and `JobOutcome`
  storageConflicts,   ///< changes that were decided again, because somebody else's came first
  // Gauges, of all processes on the storage, set by `Host::measure`.
  callsActive,   ///< calls that have not ended
  sessionsOpen,  ///< devices in calls
  ringsActive,   ///< callees who ring now
  callsDown,     ///< 1 while calls are down, otherwise 0
  jobs,          ///< stored jobs, by `JobType` and state
  jobOldestDue,  ///< for how long the job that is due the longest has waited, by `JobType`; 0 when none is
                 ///< due
  // Histograms, observed as it happens in this process.
  callDuration,      ///< of calls that ended
  jobDelay,          ///< from when a job was due to its claim, by `JobType`
  jobRun,            ///< from the claim of a job to its end, by `JobType`
  driverOperation,   ///< until the video driver answered, by operation and result
  storageOperation,  ///< until the storage answered, by operation and result
};

/// How a metric is to be understood.
enum class MetricKind : std::uint8_t {
  counter,    ///< only grows
  gauge,      ///< goes up and down
  histogram,  ///< how often which values came up; all of ours are in seconds
};

/// `counter`, `gauge`, `histogram`: as Prometheus calls them.
[[nodiscard]] constexpr std::string_view toString(MetricKind kind) noexcept {
  switch (kind) {
    case MetricKind::counter:
      return "counter";
    case MetricKind::gauge:
      return "gauge";
    case MetricKind::histogram:
      return "histogram";
  }
  return "unknown";
}

/// What tells the series of one metric apart.
struct MetricLabel {
  std::string_view name;                     ///< such as `type`
  std::span<const std::string_view> values;  ///< all that there are; a later version may have more
};

/// What a metric is called and what it means.
struct MetricInfo {
  Metric metric = Metric::callsStarted;      ///< which one
  MetricKind kind = MetricKind::counter;     ///< how it is to be understood
  std::string_view name;                     ///< by the conventions of Prometheus, unit at its end
  std::string_view help;                     ///< a sentence for people
  std::span<const MetricLabel> labels = {};  ///< at most two
  std::span<const double> buckets = {};      ///< of a histogram: upper bounds that suit it, in order
};

/// Every metric, in the order of the enumerators. All texts live as long as the program.
MESSENGER_EXPORT [[nodiscard]] std::span<const MetricInfo> metricTable() noexcept;

/// One of them.
MESSENGER_EXPORT [[nodiscard]] const MetricInfo& describe(Metric metric) noexcept;

/// The values of a metric's labels, in the order of `MetricInfo::labels`, as many as there are. Each is one
/// of `MetricLabel::values`: never a text of a user, a client or a host.
using MetricLabels = std::span<const std::string_view>;

/// Receives what the library measures (`Dependencies::metrics`). Shipped: `PrometheusMetrics`
/// (adapters/prometheus/prometheus_metrics.hpp), an optional component.
///
/// Called from any OS thread that uses the library, several at a time, with no lock held and outside any
/// transaction: implementations must be thread-safe. They should neither block nor fail, as whoever uses the
/// library waits for them, and must not call back into it. What they throw changes nothing; the first time is
/// logged.
class MESSENGER_EXPORT Metrics {
 public:
  Metrics() = default;
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;
  virtual ~Metrics() = default;

  /// A counter has grown by so much.
  virtual void count(Metric counter, MetricLabels labels, std::uint64_t by) = 0;

  /// A gauge is this now.
  virtual void set(Metric gauge, MetricLabels labels, double value) = 0;

  /// A histogram's next value, never negative.
  virtual void observe(Metric histogram, MetricLabels labels, double seconds) = 0;
};

}  // namespace messenger
