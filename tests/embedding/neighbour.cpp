// What belongs to the whole process stays as the host has it, while the library works and afterwards:
// signals, locales, umask, environment, folder, floating point, handlers, standard output; OS threads as many
// as were asked for; each descriptor is closed by exec(), and none is left. To show that all this is looked
// at, the host itself changes one thing after another, each in a child.
//   neighbour FOLDER
#include <messenger/adapters/defaults.hpp>
#include <messenger/adapters/sqlite.hpp>
#include <messenger/messenger.hpp>

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cfenv>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <iostream>
#include <locale>
#include <map>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "process_picture.hpp"

using namespace messenger;

namespace {

using std::chrono::milliseconds;
namespace fs = std::filesystem;

void otherHandler() {
  std::abort();
}

/// What a life of the library changed: one line for each fact.
class Watch {
 public:
  explicit Watch(milliseconds patience) : patience_(patience), before_(look()) {}

  /// Looks again until nothing differs: an OS thread has begun, or is gone, a moment after it was made or
  /// joined.
  void compare(const std::string& when, std::size_t moreThreads, bool hasDescriptors) {
    Picture wanted = before_;
    wanted["OS threads"] = text(std::stoul(before_["OS threads"]) + moreThreads);
    const auto end = std::chrono::steady_clock::now() + patience_;
    std::vector<std::string> found = differences(wanted, hasDescriptors);
    while (!found.empty() && std::chrono::steady_clock::now() < end) {
      std::this_thread::yield();
      found = differences(wanted, hasDescriptors);
    }
    if (!found.empty()) patience_ = {};  // what is wrong stays so
    for (const std::string& each : found) lines_.push_back(when + ": " + each);
  }

  void require(bool holds, const char* what) {
    if (!holds) lines_.emplace_back(what);
  }

  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }

 private:
  static std::vector<std::string> differences(const Picture& wanted, bool hasDescriptors) {
    std::vector<std::string> found;
    Picture now = look();
    for (const auto& [name, value] : wanted) {
      if (now[name] != value) found.push_back(text(name, ": it was ", value, ", it is ", now[name]));
      now.erase(name);
    }
    for (const auto& [name, value] : now) {
      const bool isClosed = name.rfind("descriptor", 0) == 0 && value.find("exec()") == std::string::npos;
      if (!hasDescriptors || !isClosed) found.push_back(text(name, ": it is new: ", value));
    }
    return found;
  }

  milliseconds patience_;
  Picture before_;
  std::vector<std::string> lines_;
};

class SmallDriver final : public VideoDriver {
 public:
  explicit SmallDriver(bool fails) : fails_(fails) {}
  bool create(const Thread&, const Call&) override {
    return fails_ ? throw DriverError("no room at the inn") : true;
  }
  bool destroy(const CallWithRoom&) override { return true; }
  std::optional<std::string> getRoomId() const override { return "a room"; }
  std::optional<std::string> getRoomPin() const override { return std::nullopt; }
  std::optional<std::string> getRoomSecret() const override { return std::nullopt; }
  std::optional<std::string> getExtraPayload() const override { return std::nullopt; }

 private:
  bool fails_;
};

void makeCalls(Messenger& messenger, Watch& watch) {
  const UserId alice{"user", "1"};
  const UserId bob{"user", "2"};
  const auto thread = messenger.threads().createPrivate({.user = alice}, {.user = bob});
  std::atomic<int> failedJobs = 0;
  const Subscription failures = messenger.onJobFailed([&](const JobFailed&) { ++failedJobs; });
  Worker worker = messenger.jobs().startWorker({.threads = 2, .maxAttempts = 1});
  Scheduler scheduler = messenger.host().startScheduler();
  const auto drain = [&] {
    watch.require(worker.drain(std::chrono::seconds{30}), "the worker did not end its jobs");
  };

  messenger.setVideoDriver<SmallDriver>(false);
  const auto call = messenger.startCall(thread->id, alice);
  watch.require(call && messenger.joinCall(call->id, bob) && messenger.heartbeat(call->id, bob),
                "a call was refused");
  drain();
  constexpr std::size_t workersThreads = 2 + 2;  // WorkerOptions::threads, one for sweeps, one for leases
  watch.compare("at work", workersThreads + 1, /*hasDescriptors=*/true);
  watch.require(messenger.leaveCall(call->id, bob) && messenger.endCall(call->id, alice),
                "a call was not ended");
  drain();
  messenger.setVideoDriver<SmallDriver>(true);
  watch.require(messenger.startCall(thread->id, alice).has_value(), "a second call was refused");
  drain();
  watch.require(failedJobs == 1, "no job failed");
  messenger.host().flushPresence();
  watch.compare("after a failed job", workersThreads + 1, /*hasDescriptors=*/true);
  scheduler.stop();
  worker.stop();
}

/// Returns what it changed. `deed` is what the host itself does when a call starts; without one, the
/// library's default logger tells of the failed job on standard error.
std::vector<std::string> live(const fs::path& folder, milliseconds patience,
                              const std::function<void()>& deed) {
  Watch watch(patience);
  {
    Config config;
    config.calling.enabled = true;
    Messenger messenger{
        config, {.storage = sqliteStorage(folder / "calls.db"), .logger = deed ? nullLogger() : nullptr}};
    watch.compare("made", 0, /*hasDescriptors=*/true);
    std::atomic<bool> done = false;
    const Subscription starts = messenger.onCallStarted([&](const CallStarted&) {
      if (deed && !done.exchange(true)) deed();
    });
    makeCalls(messenger, watch);
    watch.compare("stopped", 0, /*hasDescriptors=*/true);
  }
  watch.compare("destroyed", 0, /*hasDescriptors=*/false);
  return watch.lines();
}

/// What each deed changes is named by a line of the same beginning.
const std::map<std::string, std::function<void()>>& deeds() {
  static const std::map<std::string, std::function<void()>> all{
      {"at work: signal 13", [] { std::signal(SIGPIPE, SIG_IGN); }},
      {"at work: signal masks of OS threads",
       [] {
         sigset_t more;
         ::sigemptyset(&more);
         ::sigaddset(&more, SIGHUP);
         ::pthread_sigmask(SIG_BLOCK, &more, nullptr);
       }},
      {"at work: OS threads", [] { std::thread(::pause).detach(); }},
      {"at work: C locale", [] { std::setlocale(LC_ALL, "C.UTF-8"); }},
      {"at work: C++ locale", [] { std::locale::global(std::locale::classic()); }},
      {"at work: umask", [] { ::umask(0); }},
      {"at work: environment", [] { ::setenv("NEIGHBOUR", "1", 1); }},
      {"at work: folder", [] { ::chdir("/") == 0 ? void() : std::abort(); }},
      {"at work: rounding", [] { std::fesetround(FE_UPWARD); }},
      {"at work: floating-point traps", [] { ::fedisableexcept(FE_ALL_EXCEPT); }},
      {"at work: terminate handler", [] { std::set_terminate(otherHandler); }},
      {"at work: new handler", [] { std::set_new_handler(otherHandler); }},
      {"at work: std::cout", [] { std::cout.precision(3); }},
      {"at work: bytes on standard output", [] { std::puts("here I am"); }},
      {"at work: descriptor", [] { static_cast<void>(::open("/dev/null", O_RDONLY)); }},
      {"destroyed: descriptor", [] { static_cast<void>(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }},
  };
  return all;
}

/// Whether a life with this deed is seen to differ by it.
bool isSeen(const fs::path& folder, const std::string& name, const std::function<void()>& deed) {
  const ::pid_t child = ::fork();
  if (child == 0) {
    const auto lines = live(folder, milliseconds{100}, deed);
    const bool seen = std::any_of(lines.begin(), lines.end(),
                                  [&](const std::string& each) { return each.rfind(name, 0) == 0; });
    std::_Exit(seen ? 0 : 1);
  }
  int status = 1;
  return ::waitpid(child, &status, 0) == child && status == 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const fs::path folder = fs::absolute(argv[1]);
  std::FILE* hidden = std::tmpfile();
  const int shown = ::dup(STDOUT_FILENO);
  if (hidden == nullptr || ::dup2(::fileno(hidden), STDOUT_FILENO) < 0) return 2;
  beParticular();

  int failures = 0;
  for (const auto& [name, deed] : deeds()) {
    if (isSeen(folder, name, deed)) continue;
    std::cerr << "not seen: " << name << '\n';
    ++failures;
  }
  for (const std::string& line : live(folder, std::chrono::seconds{10}, nullptr)) {
    std::cerr << line << '\n';
    ++failures;
  }
  ::dup2(shown, STDOUT_FILENO);
  if (failures == 0)
    std::cout << "the process is as it was; " << deeds().size() << " changes by the host were seen\n";
  return failures == 0 ? 0 : 1;
}
