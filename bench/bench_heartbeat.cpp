#include <stdexcept>

#include "bench/heartbeat/presence_race.hpp"
#include "messenger/adapters/memory.hpp"
#include "messenger/messenger.hpp"

namespace messenger::bench {
namespace {

/// The whole verb, over the same presence. Its storage knows no call: a heartbeat that asked it would be
/// refused, and the race would end with an error.
class FacadeStage {
 public:
  explicit FacadeStage(PresenceStage& stage, std::shared_ptr<Metrics> metrics = nullptr) : presence_(stage) {
    Config config;
    config.calling.enabled = true;
    config.presence.writeBehind = std::chrono::seconds{0};  // no storage knows these participants
    Dependencies dependencies;
    dependencies.storage = memoryStorage();
    dependencies.presence = stage.presence;
    dependencies.metrics = std::move(metrics);
    messenger_.emplace(config, dependencies);
  }

  [[nodiscard]] Contender heartbeats(std::size_t threads) {
    return hearing(presence_, threads, [this](std::size_t at) {
      const SessionKey& key = presence_.crowd.keys[at];
      return messenger_->heartbeat(key.call, key.user).has_value();
    });
  }

 private:
  PresenceStage& presence_;
  std::optional<Messenger> messenger_;
};

/// A heartbeat that presence knows gives it nothing.
class NoMetrics final : public Metrics {
 public:
  void count(Metric, MetricLabels, std::uint64_t) override { throw std::logic_error("counted"); }
  void set(Metric, MetricLabels, double) override { throw std::logic_error("set"); }
  void observe(Metric, MetricLabels, double) override { throw std::logic_error("observed"); }
};

void measure(Report& report, PresenceStage& stage, FacadeStage& facade, FacadeStage& measured,
             std::size_t threads) {
  const std::string with = ", " + threadsText(threads);
  stage.allocations = 0;
  const auto medians =
      report.race("heartbeats" + with, static_cast<double>(stage.ofRun()),
                  {touching(stage, threads), facade.heartbeats(threads), touchingFloor(stage, threads),
                   touchingFloorByClock(stage, threads), measured.heartbeats(threads)});
  report.row({"Presence::touch : 16-byte keys" + with, medians[0], medians[2]});
  report.row({"Messenger::heartbeat : 16-byte keys" + with, medians[1], medians[2]});
  report.row({"Messenger::heartbeat : 16-byte keys and clock" + with, medians[1], medians[3]});
  report.row({"Messenger::heartbeat, with metrics : without" + with, medians[4], medians[1]});
  report.fact("allocations in all heartbeats" + with, static_cast<double>(stage.allocations));
}

}  // namespace
}  // namespace messenger::bench

int main(int argc, char** argv) {
  using namespace messenger;
  const bench::Program program{
      "bench_heartbeat",
      "Heartbeats of participants who are in calls, in an order without a pattern, beside an "
      "open-addressing\n"
      "table with keys of 16 bytes, in 256 parts with a mutex each. Counts allocations and bytes.",
      "participants, four to a call",
      "1 thread, 2 threads, scan",
      11,
      1'000'000};
  return bench::runProgram(argc, argv, program, [](bench::Report& report) {
    bench::Report::progress("tracking everybody");
    bench::PresenceStage stage(report.options().size);
    bench::measureMemory(report, stage);
    bench::FacadeStage facade(stage);
    bench::FacadeStage measured(stage, std::make_shared<bench::NoMetrics>());
    if (report.wants("1 thread")) bench::measure(report, stage, facade, measured, 1);
    if (report.wants("2 threads")) bench::measure(report, stage, facade, measured, 2);
    if (report.wants("scan")) bench::measureScan(report, stage);
  });
}
