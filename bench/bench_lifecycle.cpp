#include <fmt/format.h>

#include <array>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "bench/lifecycle/floor.hpp"
#include "bench/lifecycle/ours.hpp"
#include "bench/support/database_file.hpp"
#include "bench/support/report.hpp"
#include "messenger/adapters/memory.hpp"
#include "messenger/adapters/sqlite.hpp"
#ifdef MESSENGER_BENCH_PROMETHEUS
#include "messenger/adapters/prometheus/prometheus_metrics.hpp"
#endif

namespace messenger::bench {
namespace {

constexpr std::array<std::size_t, 3> callerCounts{1, 16, 64};
constexpr std::size_t groupsEach = 16;
constexpr std::size_t groupCount = groupsEach * callerCounts.back();

struct Level {
  Durability durability;
  const char* name;
};

/// A file with the groups in it, and whoever works on it.
template <class Worker>
struct OnFile {
  template <class Make>
  OnFile(const Report& report, const std::string& name, Durability durability, Make&& make)
      : file(report.options().folder, "messenger-bench-" + name + ".db") {
    const auto storage = sqliteStorage({.path = file.path(), .durability = durability});
    groups = makeGroups(*storage, groupCount);
    worker = make(file.path(), storage);
  }

  DatabaseFile file;
  Groups groups;
  std::unique_ptr<Worker> worker;
};

OnFile<OurLifecycle> ours(const Report& report, const std::string& name, Durability durability,
                          JobMode mode) {
  return {report, name, durability, [&](const auto&, const std::shared_ptr<Storage>& storage) {
            return std::make_unique<OurLifecycle>(storage, mode);
          }};
}

OnFile<LifecycleFloor> floor(const Report& report, const std::string& name, const Level& level,
                             FloorDoes does) {
  return {report, name, level.durability, [&](const auto& path, const auto&) {
            return std::make_unique<LifecycleFloor>(path, level.name, does);
          }};
}

/// One caller is not named.
std::string callersText(std::size_t callers) {
  return callers == 1 ? std::string{} : fmt::format(", {} callers", callers);
}

/// Runs `work(caller)` in that many OS threads. Throws what the last of those that failed threw.
void together(std::size_t callers, const std::function<void(std::size_t)>& work) {
  std::mutex mutex;
  std::exception_ptr error;
  const auto guarded = [&](std::size_t caller) {
    try {
      work(caller);
    } catch (...) {
      const std::lock_guard lock(mutex);
      error = std::current_exception();
    }
  };
  std::vector<std::thread> others;
  for (std::size_t caller = 1; caller < callers; ++caller) others.emplace_back(guarded, caller);
  guarded(0);
  for (std::thread& other : others) other.join();
  if (error) std::rethrow_exception(error);
}

/// `count` calls, divided among callers, each in groups of its own.
Contender calls(OurLifecycle& lifecycle, const Groups& groups, std::size_t count, std::size_t callers) {
  return {[&lifecycle, &groups, count, callers] {
    together(callers, [&](std::size_t caller) {
      const std::size_t first = caller * groupsEach;
      const std::size_t of = callers == 1 ? groupCount : groupsEach;
      for (std::size_t n = caller; n < count; n += callers) {
        lifecycle.one(groups.threads[first + n / callers % of], groups);
      }
    });
  }};
}

Contender calls(OnFile<LifecycleFloor>& side, std::size_t count) {
  return {[&side, count] {
    const RawUsers users;
    for (std::size_t n = 0; n < count; ++n)
      side.worker->one(side.groups.threads[n % groupCount].value(), users);
  }};
}

/// The floors have one caller, as SQLite has one writer at a time.
void onSqlite(Report& report, const Level& level) {
  const std::size_t count = report.options().size;
  auto deferred = ours(report, "deferred", level.durability, JobMode::deferred);
  auto synchronous = ours(report, "synchronous", level.durability, JobMode::synchronous);
  auto changes = floor(report, "changes", level, FloorDoes::changes);
  auto lookUps = floor(report, "look-ups", level, FloorDoes::changesAndLookUps);

  std::vector<Contender> contenders{calls(changes, count), calls(lookUps, count),
                                    calls(*deferred.worker, deferred.groups, count, 1)};
  for (const std::size_t callers : callerCounts) {
    contenders.push_back(calls(*synchronous.worker, synchronous.groups, count, callers));
  }
  const auto medians =
      report.race(fmt::format("lifecycle, {}", level.name), static_cast<double>(count), contenders);
  const auto row = [&](const std::string& which, const Sample& sample) {
    report.row({fmt::format("call, {}, {} : changes", level.name, which), sample, medians[0]});
    report.row({fmt::format("call, {}, {} : changes, look-ups", level.name, which), sample, medians[1]});
  };
  row("deferred jobs", medians[2]);
  for (std::size_t n = 0; n < callerCounts.size(); ++n) {
    row("synchronous jobs" + callersText(callerCounts[n]), medians[3 + n]);
  }
}

void inMemory(Report& report) {
  const std::size_t count = report.options().size;
  const auto run = [&](JobMode mode, std::size_t callers, const std::string& name) {
    const auto storage = memoryStorage();
    const Groups groups = makeGroups(*storage, groupCount);
    OurLifecycle lifecycle(storage, mode);
    const auto medians =
        report.race(name, static_cast<double>(count), {calls(lifecycle, groups, count, callers)});
    report.row({name, medians[0], std::nullopt});
  };
  run(JobMode::deferred, 1, "call, in memory, deferred jobs");
  for (const std::size_t callers : callerCounts) {
    run(JobMode::synchronous, callers, "call, in memory, synchronous jobs" + callersText(callers));
  }
}

/// Throws away what it is given: what is left is the library's own cost.
class DiscardedMetrics final : public Metrics {
 public:
  void count(Metric, MetricLabels, std::uint64_t) override {}
  void set(Metric, MetricLabels, double) override {}
  void observe(Metric, MetricLabels, double) override {}
};

/// In memory, where they weigh the most.
void withMetrics(Report& report) {
  struct Side {
    explicit Side(std::shared_ptr<Metrics> metrics)
        : groups(makeGroups(*storage, groupCount)),
          lifecycle(storage, JobMode::deferred, std::move(metrics)) {}
    std::shared_ptr<Storage> storage = memoryStorage();
    Groups groups;
    OurLifecycle lifecycle;
  };
  const std::size_t count = report.options().size;
  Side without(nullptr);
  Side discarded(std::make_shared<DiscardedMetrics>());
  std::vector<Contender> contenders{calls(without.lifecycle, without.groups, count, 1),
                                    calls(discarded.lifecycle, discarded.groups, count, 1)};
#ifdef MESSENGER_BENCH_PROMETHEUS
  Side prometheus(std::make_shared<PrometheusMetrics>());
  contenders.push_back(calls(prometheus.lifecycle, prometheus.groups, count, 1));
#endif
  const auto medians = report.race("metrics", static_cast<double>(count), contenders);
  report.row({"call, in memory, metrics that are discarded : none", medians[1], medians[0]});
  if (medians.size() > 2) report.row({"call, in memory, PrometheusMetrics : none", medians[2], medians[0]});
}

}  // namespace
}  // namespace messenger::bench

int main(int argc, char** argv) {
  using namespace messenger;
  const bench::Program program{
      "bench_lifecycle",
      "A whole call through Messenger (start, SetupCall, join, leave, end, TeardownCall) on SQLite, from\n"
      "1, 16 and 64 OS threads. Beside it, in one OS thread: SQLite's C interface with prepared statements\n"
      "that make the same changes of rows in the same eight commits; and the same with what is read. And in\n"
      "memory: what is not SQLite, and what metrics add. One caller unless the name says otherwise.",
      "calls in one run",
      "memory, metrics, NORMAL, FULL",
      7,
      640};
  return bench::runProgram(argc, argv, program, [](bench::Report& report) {
    if (report.wants("memory")) bench::inMemory(report);
    if (report.wants("metrics")) bench::withMetrics(report);
    if (report.wants("NORMAL")) bench::onSqlite(report, {Durability::normal, "NORMAL"});
    if (report.wants("FULL")) bench::onSqlite(report, {Durability::full, "FULL"});
  });
}
