// A process of the crash kit (see `kit`): calls at random on one file, and writes down what was acknowledged.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <random>
#include <string>
#include <thread>

#include "messenger/adapters/defaults.hpp"
#include "messenger/adapters/sqlite.hpp"
#include "messenger/errors.hpp"
#include "messenger/messenger.hpp"

namespace {

using namespace messenger;
namespace fs = std::filesystem;

volatile std::sig_atomic_t stopping = 0;

/// A room is a file that has the call's id as its name. Takes a while, so that the end often comes in
/// between.
class FileDriver final : public VideoDriver {
 public:
  explicit FileDriver(fs::path folder) : folder_(std::move(folder)) {}

  bool create(const Thread& /*thread*/, const Call& call) override {
    pause(call);
    const fs::path file = folder_ / call.id.value();
    const int handle = ::open(file.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (handle < 0) return false;
    ::close(handle);
    pause(call);
    id_ = call.id.value();
    return true;
  }
  bool destroy(const CallWithRoom& call) override {
    pause(call);
    std::error_code error;
    fs::remove(folder_ / call.id.value(), error);
    pause(call);
    return !error;
  }
  [[nodiscard]] std::optional<std::string> getRoomId() const override { return id_; }
  [[nodiscard]] std::optional<std::string> getRoomPin() const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::string> getRoomSecret() const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::string> getExtraPayload() const override { return std::nullopt; }

 private:
  static void pause(const Call& call) {
    std::this_thread::sleep_for(std::chrono::milliseconds{std::hash<CallId>{}(call.id) % 8});
  }

  fs::path folder_;
  std::string id_;
};

/// Lines that survive the process: each is one write.
class Acknowledgements {
 public:
  explicit Acknowledgements(const fs::path& file)
      : handle_(::open(file.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600)) {}
  ~Acknowledgements() { ::close(handle_); }
  Acknowledgements(const Acknowledgements&) = delete;
  Acknowledgements& operator=(const Acknowledgements&) = delete;

  void add(const std::string& verb, const CallId& call, const UserId& user) const {
    const std::string line = fmt::format("{} {} {}\n", verb, call.value(), user.id);
    if (::write(handle_, line.data(), line.size()) < 0) std::perror("crash_worker");
  }

 private:
  int handle_;
};

Config config() {
  Config made;
  made.calling.enabled = true;
  made.jobs.lease = std::chrono::seconds{1};
  made.jobs.backoff = std::chrono::milliseconds{20};
  made.jobs.pollInterval = std::chrono::milliseconds{20};
  made.jobs.maxAttempts = 100;
  return made;
}

constexpr std::size_t groups = 4;
constexpr std::size_t users = 6;

ThreadId group(std::size_t number) {
  return ThreadId{"g" + std::to_string(number)};
}

UserId user(std::size_t number) {
  return {"user", "u" + std::to_string(number)};
}

void makeGroups(Messenger& messenger) {
  for (std::size_t n = 0; n < groups; ++n) {
    std::vector<ThreadMember> members(users);
    for (std::size_t each = 0; each < users; ++each) {
      members[each].user = user(each);
      members[each].admin = each == 0;
      members[each].startCalls = true;
    }
    static_cast<void>(messenger.threads().createGroup("A group", members, group(n)));
  }
}

void callAtRandom(Messenger& messenger, const Acknowledgements& acknowledged, std::mt19937_64& random) {
  const UserId who = user(random() % users);
  const ThreadId where = group(random() % groups);
  const auto history = messenger.callHistory(where, who);
  if (!history) return;
  if (history->calls.empty() || !history->calls.front().call.active()) {
    const auto call = messenger.startCall(where, who);
    if (call) acknowledged.add("start", call->id, who);
    return;
  }
  const CallId call = history->calls.front().call.id;
  switch (random() % 8) {
    case 0:
    case 1:
    case 2:
      if (messenger.joinCall(call, who)) acknowledged.add("join", call, who);
      break;
    case 3:
    case 4:
      if (messenger.leaveCall(call, who)) acknowledged.add("leave", call, who);
      break;
    case 5:
      if (messenger.endCall(call, who)) acknowledged.add("end", call, who);
      break;
    default:
      static_cast<void>(messenger.heartbeat(call, who));
      break;
  }
}

void work(Messenger& messenger, const fs::path& log, std::uint64_t seed) {
  const Acknowledgements acknowledged(log);
  std::mt19937_64 random(seed);
  const Worker worker = messenger.jobs().startWorker({.threads = 2});
  while (stopping == 0) {
    try {
      callAtRandom(messenger, acknowledged, random);
    } catch (const StorageError& error) {
      fmt::print(stderr, "{}\n", error.what());  // and on: the storage may answer again
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{random() % 4});
  }
}

/// Ends everything, and runs what is left.
int drain(Messenger& messenger) {
  for (const Call& call : messenger.host().activeCalls(0, 1000)) {
    static_cast<void>(messenger.host().endCall(call.id));
  }
  Worker worker = messenger.jobs().startWorker({.threads = 2});
  // Also those that are not available yet: of a process that was killed, or after a failed attempt.
  const auto latest = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  bool done = false;
  while (!done && std::chrono::steady_clock::now() < latest) {
    static_cast<void>(worker.drain(std::chrono::seconds{1}));
    const JobQueue::Counts left = messenger.jobs().counts();
    done = left.waiting == 0 && left.running == 0 && left.failed == 0;
    if (!done) std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  worker.stop();
  if (!done) fmt::print(stderr, "jobs are left\n");
  return done ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    fmt::print(stderr, "Usage: crash_worker work|drain DATABASE ROOMS LOG SEED\n");
    return 2;
  }
  std::signal(SIGTERM, [](int) { stopping = 1; });
  const std::string what = argv[1];
  try {
    Dependencies from;
    from.storage = sqliteStorage({.path = argv[2], .durability = Durability::normal});
    from.logger = stderrLogger(LogLevel::error);
    Messenger messenger(config(), std::move(from));
    messenger.setVideoDriver<FileDriver>(fs::path{argv[3]});
    makeGroups(messenger);
    if (what == "drain") return drain(messenger);
    work(messenger, argv[4], std::stoull(argv[5]));
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "crash_worker: {}\n", error.what());
    return 1;
  }
}
