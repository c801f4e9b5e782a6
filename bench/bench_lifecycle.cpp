#include <fmt/format.h>

#include "bench/lifecycle/floor.hpp"
#include "bench/lifecycle/ours.hpp"
#include "bench/support/database_file.hpp"
#include "bench/support/report.hpp"
#include "messenger/adapters/memory.hpp"
#include "messenger/adapters/sqlite.hpp"

namespace messenger::bench {
namespace {

constexpr std::size_t groupCount = 1000;

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

Contender calls(OnFile<OurLifecycle>& side, std::size_t count) {
  return {[&side, count] {
    for (std::size_t n = 0; n < count; ++n)
      side.worker->one(side.groups.threads[n % groupCount], side.groups);
  }};
}

Contender calls(OnFile<LifecycleFloor>& side, std::size_t count) {
  return {[&side, count] {
    const RawUsers users;
    for (std::size_t n = 0; n < count; ++n)
      side.worker->one(side.groups.threads[n % groupCount].value(), users);
  }};
}

void onSqlite(Report& report, const Level& level) {
  const std::size_t count = report.options().size;
  auto deferred = ours(report, "deferred", level.durability, JobMode::deferred);
  auto synchronous = ours(report, "synchronous", level.durability, JobMode::synchronous);
  auto changes = floor(report, "changes", level, FloorDoes::changes);
  auto lookups = floor(report, "lookups", level, FloorDoes::changesAndLookups);
  const auto medians = report.race(
      fmt::format("lifecycle, {}", level.name), static_cast<double>(count),
      {calls(deferred, count), calls(synchronous, count), calls(changes, count), calls(lookups, count)});
  report.row({fmt::format("call, {}, deferred jobs : changes", level.name), medians[0], medians[2]});
  report.row(
      {fmt::format("call, {}, deferred jobs : changes, look-ups", level.name), medians[0], medians[3]});
  report.row({fmt::format("call, {}, synchronous jobs : changes", level.name), medians[1], medians[2]});
  report.row(
      {fmt::format("call, {}, synchronous jobs : changes, look-ups", level.name), medians[1], medians[3]});
}

void inMemory(Report& report) {
  const std::size_t count = report.options().size;
  for (const JobMode mode : {JobMode::deferred, JobMode::synchronous}) {
    const auto storage = memoryStorage();
    const Groups groups = makeGroups(*storage, groupCount);
    OurLifecycle lifecycle(storage, mode);
    const char* name =
        mode == JobMode::deferred ? "call, in memory, deferred jobs" : "call, in memory, synchronous jobs";
    const auto medians = report.race(name, static_cast<double>(count), {{[&] {
                                       for (std::size_t n = 0; n < count; ++n)
                                         lifecycle.one(groups.threads[n % groupCount], groups);
                                     }}});
    report.row({name, medians[0], std::nullopt});
  }
}

}  // namespace
}  // namespace messenger::bench

int main(int argc, char** argv) {
  using namespace messenger;
  const bench::Program program{
      "bench_lifecycle",
      "A whole call through Messenger (start, SetupCall, join, leave, end, TeardownCall) on SQLite, beside\n"
      "SQLite's C interface with prepared statements that make the same changes of rows in the same eight\n"
      "commits; and beside that with the look-ups that the rules need. And in memory: what is not SQLite.",
      "calls in one run",
      "memory, NORMAL, FULL",
      11,
      300};
  return bench::runProgram(argc, argv, program, [](bench::Report& report) {
    if (report.wants("memory")) bench::inMemory(report);
    if (report.wants("NORMAL")) bench::onSqlite(report, {Durability::normal, "NORMAL"});
    if (report.wants("FULL")) bench::onSqlite(report, {Durability::full, "FULL"});
  });
}
