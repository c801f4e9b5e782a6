// What PostgreSQL's storage does in a second, and beside what: bench/postgres says it.

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "bench/lifecycle/ours.hpp"
#include "messenger/adapters/postgres/postgres_storage.hpp"

namespace messenger::bench {
namespace {

constexpr std::size_t mostCallers = 64;
constexpr std::size_t mostProcesses = 4;
/// A group has a call seldom: what its earlier calls leave behind must not decide.
constexpr std::size_t groupsOfAProcess = 1024;
/// A new connection plans each statement once, which takes longer than hundreds of calls.
constexpr std::chrono::seconds warmUp{4};

std::shared_ptr<Storage> open(const std::string& url, const std::string& schema, bool pooled) {
  PostgresOptions options;
  options.url = url;
  options.schema = schema;
  options.connections = mostCallers;
  options.timeLimit = std::chrono::seconds{60};
  options.pooled = pooled;
  return postgresStorage(options);
}

/// Calls of so many callers, each in groups of its own, for so long. Returns how many were whole.
double callsASecond(OurLifecycle& ours, const Groups& groups, std::size_t firstGroup, std::size_t callers,
                    std::chrono::seconds duration) {
  using std::chrono::steady_clock;
  std::atomic<std::size_t> whole{0};
  const auto begun = steady_clock::now() + warmUp;
  std::vector<std::thread> threads;
  threads.reserve(callers);
  for (std::size_t i = 0; i < callers; ++i) {
    threads.emplace_back([&, i] {
      for (std::size_t at = i; steady_clock::now() < begun + duration; at += callers) {
        ours.one(groups.threads[firstGroup + at % groupsOfAProcess], groups);
        if (steady_clock::now() >= begun) ++whole;
      }
    });
  }
  for (std::thread& each : threads) each.join();
  return static_cast<double>(whole) / std::chrono::duration<double>(steady_clock::now() - begun).count();
}

/// Setups and teardowns of many calls, run by a worker. Returns how many were done in a second.
double jobsASecond(OurLifecycle& ours, const Groups& groups, std::size_t workers) {
  using std::chrono::steady_clock;
  Messenger& messenger = ours.messenger();
  steady_clock::duration spent{};
  const auto work = [&] {
    const auto begun = steady_clock::now();
    Worker worker = messenger.jobs().startWorker({.threads = workers});
    if (!worker.drain(std::chrono::minutes{5})) throw std::runtime_error("jobs are left");
    spent += steady_clock::now() - begun;
  };
  std::vector<CallId> calls;
  for (const ThreadId& each : groups.threads) {
    calls.push_back(messenger.startCall(each, groups.owner).value().id);
  }
  work();
  for (const CallId& each : calls) static_cast<void>(messenger.endCall(each, groups.owner).value());
  work();
  return static_cast<double>(2 * calls.size()) / std::chrono::duration<double>(spent).count();
}

void measure(const std::vector<std::string>& words) {
  const bool jobs = words[0] == "jobs";
  const std::size_t number = std::stoul(words[3]);
  const std::size_t size = std::stoul(words[4]);
  const std::string special = words.size() > 5 ? words[5] : "";
  const auto storage = open(words[1], words[2], special == "pooled");
  const Groups groups = makeGroups(*storage, jobs ? size : mostProcesses * groupsOfAProcess);
  OurLifecycle ours(storage, jobs ? JobMode::deferred : JobMode::synchronous);
  if (jobs) {
    fmt::print("{:.0f}\n", jobsASecond(ours, groups, number));
    return;
  }
  const std::size_t firstGroup =
      special.empty() || special == "pooled" ? 0 : std::stoul(special) * groupsOfAProcess;
  ours.one(groups.threads[firstGroup], groups);
  if (size == 0) return;
  fmt::print("{:.0f}\n", callsASecond(ours, groups, firstGroup, number, std::chrono::seconds{size}));
}

}  // namespace
}  // namespace messenger::bench

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() < 5 || words.size() > 6 || (words[0] != "calls" && words[0] != "jobs")) {
    fmt::print(
        stderr,
        "usage: bench_postgres calls URL SCHEMA CALLERS SECONDS [pooled|PROCESS]\n"
        "       bench_postgres jobs URL SCHEMA WORKERS CALLS [pooled]\n\n"
        "calls: how many whole calls a second that many callers make, each in groups of its own: start, "
        "room,\n"
        "join, leave, end, teardown, run synchronously. With 0 seconds it makes one call.\n"
        "jobs: how many jobs a second that many threads of a worker do, setting up and tearing down the "
        "calls.\n"
        "pooled: as PostgresOptions::pooled. PROCESS: 0 to 3, of several that run beside each other.\n");
    return 2;
  }
  try {
    messenger::bench::measure(words);
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_postgres: {}\n", error.what());
    return 1;
  }
  return 0;
}
