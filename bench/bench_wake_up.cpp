// How soon a worker of one node runs the job of a call that another node has started or ended, on PostgreSQL;
// bench/postgres runs it.

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "bench/lifecycle/ours.hpp"
#include "messenger/adapters/postgres/postgres_storage.hpp"
#include "messenger/testing/forwarding_storage.hpp"

namespace messenger::bench {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t mostBusy = 32;

/// From the moment at which a change is sent to the moment at which a driver is called for it. Thread-safe.
class Stopwatch {
 public:
  void begin() {
    const std::lock_guard lock(mutex_);
    begun_ = steady_clock::now();
    ended_ = false;
  }
  void end() {
    {
      const std::lock_guard lock(mutex_);
      if (!ended_) times_.push_back(std::chrono::duration<double, std::milli>(steady_clock::now() - begun_));
      ended_ = true;
    }
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::minutes{1}, [&] { return ended_; }))
      throw std::runtime_error("no driver was called within a minute");
  }

  /// The change that began is committed.
  void committed() {
    const std::lock_guard lock(mutex_);
    commits_.push_back(steady_clock::now() - begun_);
  }

  // In milliseconds. REQUIRES: there are any.

  [[nodiscard]] double quantile(double share) { return quantileOf(times_, share); }
  [[nodiscard]] double quantileOfCommits(double share) { return quantileOf(commits_, share); }

 private:
  using Times = std::vector<std::chrono::duration<double, std::milli>>;

  [[nodiscard]] double quantileOf(Times& times, double share) {
    const std::lock_guard lock(mutex_);
    std::sort(times.begin(), times.end());
    const auto last = static_cast<double>(times.size() - 1);
    return times[static_cast<std::size_t>(share * last)].count();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  steady_clock::time_point begun_;
  bool ended_ = true;
  Times times_;
  Times commits_;
};

class TimedDriver final : public VideoDriver {
 public:
  explicit TimedDriver(Stopwatch& watch) : watch_(watch) {}
  bool create(const Thread&, const Call&) override {
    watch_.end();
    return true;
  }
  bool destroy(const CallWithRoom&) override {
    watch_.end();
    return true;
  }
  [[nodiscard]] std::optional<std::string> getRoomId() const override { return "1"; }
  [[nodiscard]] std::optional<std::string> getRoomPin() const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::string> getRoomSecret() const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::string> getExtraPayload() const override { return std::nullopt; }

 private:
  Stopwatch& watch_;
};

/// Begins the time with each change that stores jobs.
class TimedStorage final : public testing::ForwardingStorage {
 public:
  TimedStorage(std::shared_ptr<Storage> inner, Stopwatch& watch)
      : ForwardingStorage(std::move(inner)), calls_(this->inner().calls(), watch) {}
  CallStore& calls() noexcept override { return calls_; }

 private:
  struct Calls final : testing::ForwardingCallStore {
    Calls(CallStore& inner, Stopwatch& of) : ForwardingCallStore(inner), watch(of) {}
    CommitResult commit(const CallChange& change) override {
      if (change.jobs.empty()) return inner().commit(change);
      watch.begin();
      CommitResult result = inner().commit(change);
      watch.committed();
      return result;
    }
    Stopwatch& watch;
  };
  Calls calls_;
};

Config configured(const std::string& queue) {
  Config config;
  config.calling.enabled = true;
  config.calling.subscriber.channel = queue;
  return config;
}

/// Whole calls of others on the same server, until it is destroyed.
class Load {
 public:
  Load(const PostgresOptions& options, const Groups& groups, std::size_t callers)
      : ours_(postgresStorage(options), JobMode::synchronous) {
    for (std::size_t i = 1; i <= callers; ++i) {
      threads_.emplace_back([this, &groups, i] {
        while (!stopping_) ours_.one(groups.threads[i], groups);
      });
    }
  }
  ~Load() {
    stopping_ = true;
    for (std::thread& each : threads_) each.join();
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

 private:
  OurLifecycle ours_;
  std::atomic<bool> stopping_{false};
  std::vector<std::thread> threads_;
};

void run(const PostgresOptions& options, std::size_t calls, std::size_t busy) {
  Stopwatch watch;
  // A queue of its own, so that the jobs of the load are not its worker's.
  Messenger first(configured("timed"), std::make_shared<TimedStorage>(postgresStorage(options), watch));
  Messenger second(configured("timed"), postgresStorage(options));
  second.setVideoDriver([&watch] { return std::make_unique<TimedDriver>(watch); });
  const Groups groups = makeGroups(*postgresStorage(options), mostBusy + 1);
  const Worker worker = second.jobs().startWorker({.threads = 2});
  const Load load(options, groups, busy);
  for (std::size_t i = 0; i < calls; ++i) {
    const auto call = first.startCall(groups.threads.front(), groups.owner).value();
    watch.wait();
    // Once the setup is settled: until then its teardown waits for it.
    while (!first.host().findCall(call.id)->setupComplete) std::this_thread::yield();
    static_cast<void>(first.endCall(call.id, groups.owner).value());
    watch.wait();
    while (!first.host().findCall(call.id)->teardownComplete) std::this_thread::yield();
  }
  fmt::print("{:.2f} {:.2f} {:.2f}\n", watch.quantile(0.5), watch.quantile(0.99),
             watch.quantileOfCommits(0.5));
}

}  // namespace
}  // namespace messenger::bench

int main(int argc, char** argv) {
  using namespace messenger;
  const auto number = [&](int i) { return static_cast<std::size_t>(std::max(std::atoi(argv[i]), 0)); };
  if (argc != 6 || number(3) == 0 || number(4) > bench::mostBusy) {
    fmt::print(
        stderr,
        "usage: bench_wake_up URL SCHEMA CALLS BUSY on|off\n\n"
        "Prints the median and the 99th percentile of the milliseconds from when a node commits the start "
        "or the\nend of a call to when the driver of another node is called, while BUSY others make calls. "
        "off: it is not\ntold (LISTEN), and looks every second.\n");
    return 2;
  }
  try {
    PostgresOptions options;
    options.url = argv[1];
    options.schema = argv[2];
    options.connections = bench::mostBusy;
    options.timeLimit = std::chrono::seconds{60};
    options.listens = std::string{argv[5]} == "on";
    bench::run(options, number(3), number(4));
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_wake_up: {}\n", error.what());
    return 1;
  }
  return 0;
}
