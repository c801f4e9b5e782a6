#include <fmt/format.h>

#include <thread>

#include "bench/contention/queue.hpp"
#include "bench/lifecycle/floor.hpp"
#include "bench/lifecycle/ours.hpp"
#include "bench/support/database_file.hpp"
#include "bench/support/report.hpp"
#include "messenger/adapters/defaults.hpp"
#include "messenger/adapters/sqlite.hpp"

namespace messenger::bench {
namespace {

/// A backlog of SetupCalls, worked off by a Worker of that many threads.
void workers(Report& report, std::size_t threads) {
  const std::string name = fmt::format("job, {} worker{}", threads, threads == 1 ? "" : "s");
  if (!report.wants(name)) return;
  const std::size_t size = report.options().size;
  const DatabaseFile file(report.options().folder, "messenger-bench-workers.db");
  const auto storage = sqliteStorage({.path = file.path(), .durability = Durability::normal});
  OurLifecycle ours(storage, JobMode::deferred);
  Backlog backlog(file.path(), size);
  RawWorker floor(file.path());
  const auto fill = [&] { backlog.fill(); };
  const Contender contender{[&] {
                              Worker worker = ours.messenger().jobs().startWorker({.threads = threads});
                              worker.drain(std::chrono::minutes{1});
                            },
                            fill};
  fill();
  contender.once();
  backlog.check();
  report.compare(name, static_cast<double>(size), contender, {[&] { workTogether(floor, threads); }, fill});
  backlog.check();
}

/// Whole calls from several threads at once, each in groups of its own. SQLite has one writer, so the floor
/// is what one thread can do.
void callers(Report& report, std::size_t threads) {
  const std::string name = fmt::format("call, {} thread{}", threads, threads == 1 ? "" : "s");
  if (!report.wants(name)) return;
  constexpr std::size_t groupsEach = 100;
  const std::size_t each = report.options().size / threads;
  const DatabaseFile ourFile(report.options().folder, "messenger-bench-callers.db");
  const DatabaseFile floorFile(report.options().folder, "messenger-bench-callers-floor.db");
  const auto storage = sqliteStorage({.path = ourFile.path(), .durability = Durability::normal});
  const Groups groups = makeGroups(*storage, groupsEach * threads);
  makeGroups(*sqliteStorage(floorFile.path()), groupsEach * threads);
  OurLifecycle ours(storage, JobMode::synchronous);
  LifecycleFloor floor(floorFile.path(), "NORMAL", FloorDoes::changesAndLookups);

  const auto some = [&](std::size_t thread, auto&& one) {
    for (std::size_t n = 0; n < each; ++n) one(groups.threads[thread * groupsEach + n % groupsEach]);
  };
  const auto together = [&] {
    std::vector<std::thread> all;
    for (std::size_t thread = 0; thread < threads; ++thread) {
      all.emplace_back(
          [&, thread] { some(thread, [&](const ThreadId& group) { ours.one(group, groups); }); });
    }
    for (std::thread& thread : all) thread.join();
  };
  const auto alone = [&] {
    const RawUsers users;
    for (std::size_t thread = 0; thread < threads; ++thread) {
      some(thread, [&](const ThreadId& group) { floor.one(group.value(), users); });
    }
  };
  report.compare(name, static_cast<double>(each * threads), {together}, {alone});
}

}  // namespace
}  // namespace messenger::bench

int main(int argc, char** argv) {
  using namespace messenger;
  const bench::Program program{
      "bench_contention",
      "Several at once on a SQLite file (durability normal): a backlog of SetupCalls worked off by 1, 2 and "
      "4\n"
      "worker threads, beside threads that share a connection of SQLite's C interface behind a mutex; whole\n"
      "calls (jobs synchronous) from 1, 4 and 16 threads, beside one thread with the same changes and "
      "look-ups.",
      "jobs, or calls, in one run",
      "'job, 1 worker', 'job, 2 workers', 'job, 4 workers', 'call, 1 thread', 'call, 4 threads', "
      "'call, 16 threads'",
      7,
      1600};
  return bench::runProgram(argc, argv, program, [](bench::Report& report) {
    for (const std::size_t threads : {1U, 2U, 4U}) bench::workers(report, threads);
    for (const std::size_t threads : {1U, 4U, 16U}) bench::callers(report, threads);
  });
}
