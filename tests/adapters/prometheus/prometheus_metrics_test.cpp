#include "messenger/adapters/prometheus/prometheus_metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

/// A scrape, read as Prometheus does: the value of each series, and the type and help of each metric.
struct Scrape {
  explicit Scrape(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("# ")) {
        std::istringstream words(line.substr(2));
        std::string what;
        std::string name;
        words >> what >> name;
        std::string rest;
        std::getline(words >> std::ws, rest);
        (what == "TYPE" ? types : helps)[name] = rest;
        continue;
      }
      const std::size_t end = line.rfind(' ');
      REQUIRE(end != std::string::npos);
      REQUIRE(values.emplace(line.substr(0, end), std::stod(line.substr(end + 1))).second);
    }
  }

  [[nodiscard]] double operator[](const std::string& series) const {
    INFO(series);
    const auto found = values.find(series);
    REQUIRE(found != values.end());
    return found->second;
  }

  std::map<std::string, double> values;
  std::map<std::string, std::string> types;
  std::map<std::string, std::string> helps;
};

TEST_CASE("prometheus metrics: a call's whole life -> scraped under the names of the table", "[prometheus]") {
  const auto metrics = std::make_shared<PrometheusMetrics>();
  Fixture world;
  world.metrics = metrics;
  world.restart();
  const Call call = world.startTeam();
  world.join(call, member(1));
  world.messenger->host().measure();

  const Scrape during(metrics->text());
  CHECK(during["messenger_calls_started_total{type=\"video\"}"] == 1);
  CHECK(during["messenger_joins_total"] == 1);
  CHECK(during["messenger_calls_active"] == 1);
  CHECK(during["messenger_sessions_open"] == 2);
  CHECK(during["messenger_calls_ended_total{reason=\"hungUp\"}"] == 0);
  CHECK(during["messenger_driver_operation_seconds_count{operation=\"create\",result=\"ok\"}"] == 1);

  REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
  world.messenger->host().measure();
  const Scrape after(metrics->text());
  CHECK(after["messenger_calls_ended_total{reason=\"hungUp\"}"] == 1);
  CHECK(after["messenger_calls_active"] == 0);
  CHECK(after["messenger_jobs{state=\"due\",type=\"TeardownCall\"}"] == 1);
  CHECK(after["messenger_call_duration_seconds_count"] == 1);
  CHECK(after["messenger_call_duration_seconds_bucket{le=\"1\"}"] == 1);  // by the clock of the test
  CHECK(after["messenger_storage_operation_seconds_count{operation=\"totals\",result=\"ok\"}"] == 2);

  for (const MetricInfo& info : metricTable()) {
    INFO(info.name);
    const std::string name{info.name};
    if (after.types.count(name) == 0) {
      CHECK(info.kind == MetricKind::histogram);  // nothing was observed
      continue;
    }
    CHECK(after.types.at(name) == toString(info.kind));
    CHECK(after.helps.at(name) == info.help);
  }
}

TEST_CASE("prometheus metrics: each value of each label -> a series of its own", "[prometheus][unit]") {
  PrometheusMetrics metrics;
  double next = 0;
  std::map<std::string, double> expected;
  const auto touch = [&](const MetricInfo& info, const std::vector<std::string_view>& labels) {
    ++next;
    std::string series{info.name};
    std::map<std::string_view, std::string_view> sorted;
    for (std::size_t at = 0; at < labels.size(); ++at) sorted[info.labels[at].name] = labels[at];
    std::string inside;
    for (const auto& [name, value] : sorted) {
      inside += (inside.empty() ? "" : ",") + std::string{name} + "=\"" + std::string{value} + '"';
    }
    if (!inside.empty()) inside = "{" + inside + "}";
    switch (info.kind) {
      case MetricKind::counter:
        metrics.count(info.metric, labels, static_cast<std::uint64_t>(next));
        break;
      case MetricKind::gauge:
        metrics.set(info.metric, labels, next);
        break;
      case MetricKind::histogram:
        metrics.observe(info.metric, labels, next);
        series += "_sum";
        break;
    }
    expected[series + inside] = next;
  };
  for (const MetricInfo& info : metricTable()) {
    if (info.labels.empty()) touch(info, {});
    if (info.labels.empty()) continue;
    for (const std::string_view one : info.labels[0].values) {
      if (info.labels.size() == 1) touch(info, {one});
      if (info.labels.size() == 1) continue;
      for (const std::string_view other : info.labels[1].values) touch(info, {one, other});
    }
  }
  const Scrape scrape(metrics.text());
  for (const auto& [series, value] : expected) CHECK(scrape[series] == value);
}

TEST_CASE("prometheus metrics: labels that the table does not have -> refused", "[prometheus][unit]") {
  PrometheusMetrics metrics;
  const std::vector<std::string_view> text{"alice\"} 1\nforged"};
  const std::string before = metrics.text();
  CHECK_THROWS_AS(metrics.count(Metric::callsEnded, text, 1), std::invalid_argument);
  CHECK_THROWS_AS(metrics.count(Metric::callsEnded, {}, 1), std::invalid_argument);
  CHECK_THROWS_AS(metrics.set(Metric::callsActive, text, 1), std::invalid_argument);
  CHECK_THROWS_AS(metrics.observe(Metric::jobRun, text, 1), std::invalid_argument);
  CHECK(metrics.text() == before);
}

TEST_CASE("prometheus metrics: the host's registry -> beside the host's own", "[prometheus][unit]") {
  const auto registry = std::make_shared<prometheus::Registry>();
  prometheus::BuildCounter().Name("host_requests_total").Register(*registry).Add({}).Increment();
  PrometheusMetrics one(registry);
  PrometheusMetrics other(registry);
  one.count(Metric::joins, {}, 1);
  other.count(Metric::joins, {}, 2);
  CHECK(one.registry() == registry);
  const Scrape scrape(one.text());
  CHECK(scrape["host_requests_total"] == 1);
  CHECK(scrape["messenger_joins_total"] == 3);
  CHECK(PrometheusMetrics().registry() != registry);

  const auto taken = std::make_shared<prometheus::Registry>();
  prometheus::BuildGauge().Name("messenger_joins_total").Register(*taken);
  CHECK_THROWS_AS(PrometheusMetrics(taken), std::invalid_argument);
}

}  // namespace
}  // namespace messenger::tests
