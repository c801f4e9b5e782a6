#include "tests/simulation/processes.hpp"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <new>
#include <system_error>

namespace messenger::simulation {
namespace {

using SteadyClock = std::chrono::steady_clock;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

struct Processes::Child {
  pid_t process = 0;  // 0: none any more
  Whereabouts* at = nullptr;
  std::uint64_t seed = 0;  // as last seen,
  SteadyClock::time_point since{};
};

Processes::Processes(const Options& options, Run run, Hung hung, Progress progress)
    : options_(options),
      run_(std::move(run)),
      hung_(std::move(hung)),
      progress_(std::move(progress)),
      children_(std::make_unique<Child[]>(options.jobs)) {
  void* shared = mmap(nullptr, options_.jobs * sizeof(Whereabouts), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) fail("no memory can be shared with processes");
  whereabouts_ = static_cast<Whereabouts*>(shared);
  for (std::size_t job = 0; job < options_.jobs; ++job)
    children_[job].at = new (whereabouts_ + job) Whereabouts;
}

Processes::~Processes() {
  for (std::size_t job = 0; job < options_.jobs; ++job) {
    if (children_[job].process == 0) continue;
    kill(children_[job].process, SIGKILL);
    waitpid(children_[job].process, nullptr, 0);
  }
  munmap(whereabouts_, options_.jobs * sizeof(Whereabouts));
}

bool Processes::run() {
  // Blocked, so that the end of a child is waited for, and not missed.
  sigset_t ends;
  sigset_t before;
  sigemptyset(&ends);
  sigaddset(&ends, SIGCHLD);
  sigprocmask(SIG_BLOCK, &ends, &before);
  for (std::size_t job = 0; job < options_.jobs; ++job) start(children_[job], options_.first + job);
  const auto isRunning = [&] {
    return std::any_of(children_.get(), children_.get() + options_.jobs,
                       [](const Child& child) { return child.process != 0; });
  };
  while (isRunning()) {
    const timespec second{1, 0};
    sigtimedwait(&ends, nullptr, &second);
    int status = 0;
    while (const pid_t process = waitpid(-1, &status, WNOHANG)) {
      if (process < 0) break;
      ended(process, status);
    }
    std::uint64_t begun = 0;
    for (std::size_t job = 0; job < options_.jobs; ++job) {
      Child& child = children_[job];
      watch(child);
      if (child.seed >= options_.first) begun += (child.seed - options_.first) / options_.jobs + 1;
    }
    progress_(begun);
  }
  sigprocmask(SIG_SETMASK, &before, nullptr);
  return sound_;
}

void Processes::start(Child& child, std::uint64_t from) {
  if (from > options_.last) return;
  child.seed = from;
  child.at->seed = from;
  child.at->unlimited = false;
  child.since = SteadyClock::now();
  std::fflush(stdout);
  const pid_t process = fork();
  if (process < 0) fail("no process can be started");
  if (process != 0) {
    child.process = process;
    return;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  bool sound = true;
  for (std::uint64_t seed = from; seed <= options_.last; seed += options_.jobs) {
    child.at->seed = seed;
    sound = run_(seed, *child.at) && sound;
  }
  std::exit(sound ? 0 : 1);  // with what a coverage build or a sanitizer does at the end
}

void Processes::watch(Child& child) {
  const auto now = SteadyClock::now();
  const std::uint64_t seed = child.at->seed;
  if (child.process == 0) return;
  if (seed != child.seed || child.at->unlimited) {
    child.seed = seed;
    child.since = now;
  } else if (now - child.since > options_.within) {
    kill(child.process, SIGKILL);
    waitpid(child.process, nullptr, 0);
    child.process = 0;
    sound_ = false;
    hung_(seed);
    start(child, seed + options_.jobs);
  }
}

void Processes::ended(int process, int status) {
  for (std::size_t job = 0; job < options_.jobs; ++job) {
    Child& child = children_[job];
    if (child.process != process) continue;
    child.process = 0;
    child.seed = child.at->seed;
    sound_ = sound_ && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (WIFSIGNALED(status)) {
      std::printf("seed-%llu: violates crash: the process ended with signal %d\n",
                  static_cast<unsigned long long>(child.seed), WTERMSIG(status));
      std::fflush(stdout);
      start(child, child.seed + options_.jobs);
    }
  }
}

}  // namespace messenger::simulation
