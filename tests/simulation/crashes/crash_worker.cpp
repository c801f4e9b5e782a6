// A process of the kits of real processes (`kit`, tests/cluster/kit): calls at random on one storage, runs
// jobs, and writes down what was acknowledged; or drains what they left, or checks it.
#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "messenger/adapters/database/database.hpp"
#include "messenger/adapters/defaults.hpp"
#include "messenger/errors.hpp"
#include "messenger/messenger.hpp"
#include "tests/simulation/crashes/check.hpp"
#include "tests/simulation/crashes/file_driver.hpp"
#include "tests/simulation/crashes/journal.hpp"
#include "tests/simulation/crashes/journalled_storage.hpp"
#include "tests/simulation/crashes/load.hpp"

namespace {

using namespace messenger;
using namespace messenger::crashes;
namespace fs = std::filesystem;

volatile std::sig_atomic_t stopping = 0;

Config config() {
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  Config made;
  made.calling.enabled = true;
  made.ringing.enabled = true;
  made.ringing.noAnswerAfter = seconds{1};
  made.jobs.lease = seconds{1};
  made.jobs.backoff = milliseconds{20};
  made.jobs.maxBackoff = seconds{1};
  made.jobs.pollInterval = milliseconds{20};
  made.jobs.maxAttempts = 100;
  made.presence.ttl = ttl;
  made.presence.writeBehind = seconds{1};
  made.presence.checkInterval = seconds{1};
  made.presence.newCallGrace = seconds{0};
  return made;
}

struct Arguments {
  std::string what;
  std::string database;
  std::string presence;
  fs::path rooms;
  fs::path logs;
  std::size_t process;
  std::string life;
  std::uint64_t seed;
};

Dependencies dependencies(const Arguments& given, const Journal& journal) {
  DatabaseOptions database;
  database.url = given.database;
  database.durability = Durability::normal;
  database.timeLimit = std::chrono::seconds{2};
  Dependencies made;
  made.storage = std::make_shared<JournalledStorage>(openStorage(database), journal);
  made.presence = openPresence(given.presence);
  made.logger = stderrLogger(LogLevel::error);
  return made;
}

Subscription journalEvents(Messenger& messenger, const Journal& journal) {
  return messenger.onEvent([&journal](const Event& event) {
    if (const auto* started = std::get_if<CallStarted>(&event)) journal.add("CallStarted", started->call.id);
    if (const auto* ended = std::get_if<CallEnded>(&event))
      journal.add("CallEnded", ended->call.id, "-", toString(ended->reason));
    if (const auto* gone = std::get_if<CallTornDown>(&event)) journal.add("CallTornDown", gone->call.id);
    if (const auto* ring = std::get_if<RingStopped>(&event))
      journal.add("RingStopped", ring->call.id, ring->callee.id, toString(ring->state));
  });
}

template <class Each>
void untilStopped(Each each) {
  while (stopping == 0) {
    try {
      each();
    } catch (const Error& error) {
      fmt::print(stderr, "{}\n", error.what());  // and on: the storage may answer again
    }
  }
}

int work(Messenger& messenger, const Journal& journal, const Arguments& given) {
  makeGroups(messenger);
  const Subscription events = journalEvents(messenger, journal);
  const Worker worker = messenger.jobs().startWorker({.threads = 4});
  const Scheduler scheduler = messenger.host().startScheduler();
  Stayers stayers(messenger, journal, given.logs / "beats", given.process);
  std::vector<std::jthread> threads;
  for (std::size_t n = 0; n < stayers.count(); ++n) {
    threads.emplace_back([&stayers, n] {
      untilStopped([&] {
        stayers.next(n);
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
      });
    });
  }
  RandomCaller caller(messenger, journal, given.seed);
  untilStopped([&] {
    std::this_thread::sleep_for(caller.pause());
    caller.next();
  });
  return 0;
}

/// Ends everything, and runs what is left.
int drain(Messenger& messenger, const Journal& journal) {
  const Subscription events = journalEvents(messenger, journal);
  for (const Call& call : messenger.host().activeCalls(0, 1000)) {
    static_cast<void>(messenger.host().endCall(call.id));
  }
  Worker worker = messenger.jobs().startWorker({.threads = 2});
  // Also those that are not available yet: of a process that was killed, or after a failed attempt.
  const auto latest = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  bool done = false;
  while (!done && std::chrono::steady_clock::now() < latest) {
    static_cast<void>(worker.drain(std::chrono::seconds{1}));
    const JobCounts left = messenger.jobs().counts();
    done = left.waiting == 0 && left.running == 0 && left.failed == 0;
    if (!done) std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  worker.stop();
  if (!done) fmt::print(stderr, "jobs are left\n");
  return done ? 0 : 1;
}

int printCheck(Messenger& messenger, const fs::path& journal) {
  const Findings found = check(messenger, journal);
  for (const std::string& each : found.problems) fmt::print("{}\n", each);
  fmt::print("{} calls, {} acknowledgements\n", found.calls, found.acknowledgements);
  return found.problems.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 9) {
    fmt::print(stderr,
               "Usage: crash_worker work|drain|check DATABASE PRESENCE ROOMS LOGS PROCESS LIFE SEED\n");
    return 2;
  }
  std::signal(SIGTERM, [](int) { stopping = 1; });
  try {
    const Arguments given{
        argv[1], argv[2], argv[3], argv[4], argv[5], std::stoul(argv[6]), argv[7], std::stoull(argv[8])};
    const fs::path file = given.logs / "journal";
    fs::create_directories(given.logs / "beats");
    const Journal journal(file, given.life);
    Messenger messenger(config(), dependencies(given, journal));
    messenger.setVideoDriver(
        [&]() -> std::unique_ptr<VideoDriver> { return std::make_unique<FileDriver>(given.rooms, journal); });
    if (given.what == "drain") return drain(messenger, journal);
    if (given.what == "check") return printCheck(messenger, file);
    return work(messenger, journal, given);
  } catch (const std::exception& error) {
    fmt::print(stderr, "crash_worker: {}\n", error.what());
    return 1;
  }
}
