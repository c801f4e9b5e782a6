#include <fmt/format.h>

#include "bench/contention/queue.hpp"
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

}  // namespace
}  // namespace messenger::bench

int main(int argc, char** argv) {
  using namespace messenger;
  const bench::Program program{
      "bench_contention",
      "A backlog of SetupCalls on a SQLite file (durability normal), worked off by 1, 2 and 4 worker "
      "threads,\n"
      "beside OS threads that share a connection of SQLite's C interface behind a mutex. Whole calls from\n"
      "several callers are in bench_lifecycle.",
      "jobs in one run",
      "'1 worker', '2 workers', '4 workers'",
      7,
      1600};
  return bench::runProgram(argc, argv, program, [](bench::Report& report) {
    for (const std::size_t threads : {1U, 2U, 4U}) bench::workers(report, threads);
  });
}
