// Many people in calls on a shared database, with heartbeats and calls that come and go; bench/scale runs
// several of these beside each other, and weighs the servers.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "messenger/adapters/database/database.hpp"
#include "messenger/messenger.hpp"

namespace messenger::bench {
namespace {

using std::chrono::duration;
using std::chrono::steady_clock;

constexpr std::size_t inACall = 3;
constexpr std::size_t clients = 8;  ///< OS threads that do what people's clients ask for
constexpr std::chrono::seconds betweenHeartbeats{30};
constexpr std::chrono::seconds lifeOfACall{600};

class QuickDriver final : public VideoDriver {
 public:
  bool create(const Thread&, const Call&) override { return true; }
  bool destroy(const CallWithRoom&) override { return true; }
  [[nodiscard]] std::optional<std::string> getRoomId() const override { return "1234567890123456"; }
  [[nodiscard]] std::optional<std::string> getRoomPin() const override { return "AbCdEf0123456789"; }
  [[nodiscard]] std::optional<std::string> getRoomSecret() const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::string> getExtraPayload() const override { return std::nullopt; }
};

struct Group {
  ThreadId thread;
  std::array<UserId, inACall> people;
  CallId call;
};

/// How long operations of one kind took. Thread-safe.
class Times {
 public:
  template <class Operation>
  auto of(Operation operation) {
    const auto begun = steady_clock::now();
    auto result = operation();
    const duration<double, std::milli> took = steady_clock::now() - begun;
    const std::lock_guard lock(mutex_);
    times_.push_back(took.count());
    return result;
  }

  [[nodiscard]] std::size_t count() const noexcept { return times_.size(); }
  [[nodiscard]] double quantile(double share) {
    if (times_.empty()) return 0;
    std::sort(times_.begin(), times_.end());
    return times_[static_cast<std::size_t>(share * static_cast<double>(times_.size() - 1))];
  }

 private:
  std::mutex mutex_;
  std::vector<double> times_;
};

/// Runs `work(i)` for each number below `count`, by several OS threads. Throws the first exception of one.
template <class Work>
void together(std::size_t count, Work work) {
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex mutex;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < clients; ++i) {
    threads.emplace_back([&] {
      try {
        for (std::size_t each = next++; each < count; each = next++) work(each);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
        next = count;
      }
    });
  }
  for (std::thread& each : threads) each.join();
  if (failure) std::rethrow_exception(failure);
}

/// The people whose clients are connected to this node.
class Crowd {
 public:
  Crowd(Messenger& messenger, std::size_t people, std::size_t node) : messenger_(messenger) {
    groups_.resize(people / inACall);
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      groups_[i].thread = ThreadId{fmt::format("{:010}{:016}", node, i)};
      for (std::size_t each = 0; each < inACall; ++each)
        groups_[i].people[each] = {"user", fmt::format("{}-{}", node, i * inACall + each)};
    }
  }

  void makeThreads() {
    together(groups_.size(), [&](std::size_t i) {
      const auto& people = groups_[i].people;
      static_cast<void>(messenger_.threads()
                            .createGroup("Scale",
                                         {{people[0], "One", true, true},
                                          {people[1], "Two", false, false},
                                          {people[2], "Three", false, false}},
                                         groups_[i].thread)
                            .value());
    });
  }

  /// Who is in a call already sends heartbeats meanwhile: filling may take longer than anybody may be silent.
  void startCalls() {
    std::vector<std::atomic<bool>> filled(groups_.size());
    std::atomic<bool> done = false;
    std::thread heartbeats([&] {
      for (std::size_t step = 0; !done; ++step) {
        const std::size_t at = step % groups_.size();
        if (at == 0) std::this_thread::sleep_for(std::chrono::seconds{1});
        if (!filled[at]) continue;
        for (const UserId& each : groups_[at].people)
          static_cast<void>(messenger_.heartbeat(groups_[at].call, each));
      }
    });
    const auto end = [&] {
      done = true;
      heartbeats.join();
    };
    try {
      together(groups_.size(), [&](std::size_t i) {
        start(groups_[i]);
        filled[i] = true;
      });
    } catch (...) {
      end();
      throw;
    }
    end();
  }

  /// Each group sends its heartbeats when they are due, and its call ends and another one starts when it has
  /// lasted long enough; the first ones are as if they had begun at any time before.
  void goOn(std::chrono::seconds time) {
    const auto begun = steady_clock::now();
    const auto rounds = static_cast<std::size_t>(time / betweenHeartbeats);
    constexpr auto roundsOfACall = static_cast<std::size_t>(lifeOfACall / betweenHeartbeats);
    together(rounds * groups_.size(), [&](std::size_t step) {
      const std::size_t at = step % groups_.size();
      const auto due = begun + std::chrono::nanoseconds{betweenHeartbeats} * step / groups_.size();
      std::this_thread::sleep_until(due);
      note(steady_clock::now() - due);
      Group& group = groups_[at];
      if ((step / groups_.size() + at) % roundsOfACall == 0) {
        static_cast<void>(messenger_.endCall(group.call, group.people[0]).value());
        start(group);
        return;
      }
      for (const UserId& each : group.people) {
        if (!heartbeats_.of([&] { return messenger_.heartbeat(group.call, each); })) ++refused_;
      }
    });
  }

  void print(double made, double filled) {
    fmt::print("{:.0f} {:.0f} {} {} {:.2f} {:.2f} {:.2f} {:.2f} {:.0f}\n",
               static_cast<double>(groups_.size()) / made, static_cast<double>(groups_.size()) / filled,
               heartbeats_.count(), refused_.load(), heartbeats_.quantile(0.5), heartbeats_.quantile(0.99),
               starts_.quantile(0.5), starts_.quantile(0.99), duration<double, std::milli>(latest_).count());
  }

 private:
  void start(Group& group) {
    group.call = starts_.of([&] { return messenger_.startCall(group.thread, group.people[0]).value().id; });
    for (std::size_t each = 1; each < inACall; ++each)
      static_cast<void>(messenger_.joinCall(group.call, group.people[each]).value());
  }

  void note(steady_clock::duration late) {
    const std::lock_guard lock(mutex_);
    latest_ = std::max(latest_, late);
  }

  Messenger& messenger_;
  std::vector<Group> groups_;
  Times heartbeats_;
  Times starts_;
  std::atomic<std::size_t> refused_{0};
  std::mutex mutex_;
  steady_clock::duration latest_{};
};

Config configured() {
  Config config;
  config.calling.enabled = true;
  return config;
}

void run(const std::string& database, const std::string& presence, std::size_t people, std::size_t node,
         std::chrono::seconds time) {
  DatabaseOptions options;
  options.url = database;
  options.connections = 2 * clients;
  options.timeLimit = std::chrono::seconds{30};
  Messenger messenger(configured(),
                      Dependencies{.storage = openStorage(options), .presence = openPresence(presence)});
  messenger.setVideoDriver<QuickDriver>();
  const Worker worker = messenger.jobs().startWorker({.threads = 4});
  const Scheduler scheduler = messenger.host().startScheduler();
  Crowd crowd(messenger, people, node);
  const auto seconds = [](auto work) {
    const auto begun = steady_clock::now();
    work();
    return duration<double>(steady_clock::now() - begun).count();
  };
  const double made = seconds([&] { crowd.makeThreads(); });
  const double filled = seconds([&] { crowd.startCalls(); });
  fmt::print(stderr, "filled {}\n", node);
  crowd.goOn(time);
  crowd.print(made, filled);
}

}  // namespace
}  // namespace messenger::bench

int main(int argc, char** argv) {
  if (argc != 6) {
    fmt::print(
        stderr,
        "usage: bench_scale DATABASE PRESENCE PEOPLE NODE SECONDS\n\n"
        "People in calls of three, who send a heartbeat every 30 s; each call lasts ten minutes, and another "
        "one\nbegins. Writes `filled` to the standard error when all are in calls, and then goes on so long. "
        "Prints threads\nmade a second, calls started a second while filling, heartbeats, those refused, "
        "milliseconds of a heartbeat (p50, p99)\nand of a start (p50, p99), and how late the latest was.\n");
    return 2;
  }
  try {
    messenger::bench::run(argv[1], argv[2], std::stoul(argv[3]), std::stoul(argv[4]),
                          std::chrono::seconds{std::stoi(argv[5])});
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_scale: {}\n", error.what());
    return 1;
  }
  return 0;
}
