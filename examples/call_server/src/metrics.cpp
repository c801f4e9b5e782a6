#include "metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <messenger/adapters/prometheus/prometheus_metrics.hpp>

namespace call_server {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

const Histogram::BucketBoundaries upTo{0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5};

double real(std::size_t count) {
  return static_cast<double>(count);
}

}  // namespace

struct Metrics::Parts {
  const std::shared_ptr<messenger::PrometheusMetrics> ofLibrary =
      std::make_shared<messenger::PrometheusMetrics>();
  prometheus::Registry& registry = *ofLibrary->registry();

  Family<Counter>& counter(const char* name, const char* help) {
    return BuildCounter().Name(name).Help(help).Register(registry);
  }
  Gauge& gauge(const char* name, const char* help) {
    return BuildGauge().Name(name).Help(help).Register(registry).Add({});
  }

  Family<Counter>& requests =
      counter("call_server_requests_total", "Requests answered, by route and status.");
  Family<Histogram>& durations = BuildHistogram()
                                     .Name("call_server_request_seconds")
                                     .Help("From a request's last byte to its answer, by route.")
                                     .Register(registry);
  Counter& limited = counter("call_server_rate_limited_total", "Requests refused with 429.").Add({});
  Counter& refused = counter("call_server_refused_connections_total", "Connections over the limit.").Add({});
  Family<Counter>& dropped =
      counter("call_server_dropped_sockets_total", "WebSockets closed by the server, by reason.");
  Counter& frames = counter("call_server_frames_sent_total", "WebSocket frames written.").Add({});
  Counter& destroyed =
      counter("call_server_rooms_destroyed_total", "Rooms that the reconciler destroyed.").Add({});
  Counter& renewed =
      counter("call_server_rooms_renewed_total", "Lost rooms that the reconciler renewed.").Add({});
  Counter& failures =
      counter("call_server_reconcile_failures_total", "Rooms that the reconciler could not handle.").Add({});
  Gauge& connections = gauge("call_server_connections", "Open connections.");
  Gauge& sockets = gauge("call_server_sockets", "Open WebSockets.");
  Gauge& janusUp = gauge("call_server_janus_up", "1 while the media server answers; 0 also without one.");
};

Metrics::Metrics() : parts_(std::make_unique<Parts>()) {}
Metrics::~Metrics() = default;

void Metrics::request(std::string_view route, int status, std::chrono::nanoseconds took) {
  const std::string name{route};
  parts_->requests.Add({{"route", name}, {"status", std::to_string(status)}}).Increment();
  parts_->durations.Add({{"route", name}}, upTo).Observe(std::chrono::duration<double>(took).count());
}

void Metrics::tooManyRequests() {
  parts_->limited.Increment();
}
void Metrics::refusedConnection() {
  parts_->refused.Increment();
}
void Metrics::droppedSocket(std::string_view why) {
  parts_->dropped.Add({{"reason", std::string{why}}}).Increment();
}
void Metrics::framesSent(std::size_t count) {
  parts_->frames.Increment(real(count));
}
void Metrics::reconciled(std::size_t destroyed, std::size_t renewed, std::size_t failures) {
  parts_->destroyed.Increment(real(destroyed));
  parts_->renewed.Increment(real(renewed));
  parts_->failures.Increment(real(failures));
}
void Metrics::setConnections(std::size_t count) {
  parts_->connections.Set(real(count));
}
void Metrics::setSockets(std::size_t count) {
  parts_->sockets.Set(real(count));
}
void Metrics::setJanusUp(bool up) {
  parts_->janusUp.Set(up ? 1 : 0);
}

std::shared_ptr<messenger::Metrics> Metrics::ofLibrary() const {
  return parts_->ofLibrary;
}

std::string Metrics::text() const {
  return parts_->ofLibrary->text();
}

}  // namespace call_server
