#include "messenger/adapters/prometheus/prometheus_metrics.hpp"

#include <memory>
#include <string>

#include "messenger/messenger.hpp"

std::string scrapeOnce(const messenger::Config& config, messenger::Dependencies dependencies) {
  // [wire]
  const auto metrics = std::make_shared<messenger::PrometheusMetrics>();  // or on a registry of yours
  dependencies.metrics = metrics;
  messenger::Messenger messenger(config, dependencies);

  // At each scrape:
  messenger.host().measure();  // reads the gauges
  std::string answer = metrics->text();
  // [/wire]
  return answer;
}
