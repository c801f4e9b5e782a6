// Whole calls on PostgreSQL; bench/postgres runs it beside pgbench with the same statements.

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <string>
#include <thread>
#include <vector>

#include "bench/lifecycle/ours.hpp"
#include "messenger/adapters/postgres/postgres_storage.hpp"

namespace messenger::bench {
namespace {

constexpr std::size_t mostCallers = 64;

std::shared_ptr<Storage> open(const char* url, const char* schema) {
  PostgresOptions options;
  options.url = url;
  options.schema = schema;
  options.connections = mostCallers;
  options.timeLimit = std::chrono::seconds{60};
  return postgresStorage(options);
}

/// Calls of so many callers, each in groups of its own, for so long. Returns how many were whole.
double callsASecond(OurLifecycle& ours, const Groups& groups, std::size_t callers,
                    std::chrono::seconds duration) {
  using std::chrono::steady_clock;
  std::atomic<std::size_t> whole{0};
  const auto begun = steady_clock::now();
  std::vector<std::thread> threads;
  threads.reserve(callers);
  for (std::size_t i = 0; i < callers; ++i) {
    threads.emplace_back([&, i] {
      while (steady_clock::now() < begun + duration) {
        ours.one(groups.threads[i], groups);
        ++whole;
      }
    });
  }
  for (std::thread& each : threads) each.join();
  return static_cast<double>(whole) / std::chrono::duration<double>(steady_clock::now() - begun).count();
}

}  // namespace
}  // namespace messenger::bench

int main(int argc, char** argv) {
  using namespace messenger;
  if (argc != 5) {
    fmt::print(
        stderr,
        "usage: bench_postgres URL SCHEMA CALLERS SECONDS\n\n"
        "Prints how many whole calls a second that many callers make, each in a group of its own:\n"
        "start, room, join, leave, end, teardown, run synchronously. With 0 seconds it makes one call.\n");
    return 2;
  }
  try {
    const auto callers = static_cast<std::size_t>(std::atoi(argv[3]));
    const std::chrono::seconds duration{std::atoi(argv[4])};
    const auto storage = bench::open(argv[1], argv[2]);
    const bench::Groups groups = bench::makeGroups(*storage, bench::mostCallers);
    bench::OurLifecycle ours(storage, bench::JobMode::synchronous);
    ours.one(groups.threads[0], groups);
    if (duration.count() > 0) fmt::print("{:.0f}\n", bench::callsASecond(ours, groups, callers, duration));
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_postgres: {}\n", error.what());
    return 1;
  }
  return 0;
}
