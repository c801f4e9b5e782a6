#include "tests/console/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

#if defined(__SANITIZE_THREAD__)
#define MESSENGER_THREAD_SANITIZER
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MESSENGER_THREAD_SANITIZER
#endif
#endif

#ifdef MESSENGER_THREAD_SANITIZER
#include <fstream>
#include <thread>
#endif

namespace messenger::inline v0::console::testing {

namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr std::chrono::seconds patience{30};

struct Pipe {
  int read = -1;
  int write = -1;
};

Pipe makePipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  return {ends[0], ends[1]};
}

Pipe makeTerminal(unsigned short columns) {
  winsize size{};
  size.ws_col = columns;
  size.ws_row = 40;
  Pipe terminal;
  if (::openpty(&terminal.read, &terminal.write, nullptr, nullptr, &size) != 0) {
    throw std::runtime_error("no terminal");
  }
  ::fcntl(terminal.read, F_SETFD, FD_CLOEXEC);
  ::fcntl(terminal.write, F_SETFD, FD_CLOEXEC);
  return terminal;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& each : texts) out.push_back(each.data());
  out.push_back(nullptr);
  return out;
}

/// Appends what is there; closes at the end of the stream (a terminal ends with EIO).
void take(int& file, std::string& text) {
  std::array<char, 4096> bytes{};
  const ssize_t read = ::read(file, bytes.data(), bytes.size());
  if (read > 0) {
    text.append(bytes.data(), static_cast<std::size_t>(read));
  } else if (read == 0 || errno != EINTR) {
    ::close(file);
    file = -1;
  }
}

#ifdef MESSENGER_THREAD_SANITIZER
/// Whether the main OS thread waits in a system call, from `/proc`.
bool sleeps(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(file, line);
  const std::size_t name = line.rfind(')');
  return name != std::string::npos && line.compare(name, 3, ") S") == 0;
}

void waitUntilItSleeps(pid_t pid) {
  const auto end = SteadyClock::now() + patience;
  while (!sleeps(pid)) {
    if (SteadyClock::now() > end) throw std::runtime_error("the program does not wait for anything");
    std::this_thread::yield();
  }
}
#endif

}  // namespace

Process::Process(const std::string& program, const std::vector<std::string>& arguments,
                 const Options& options) {
  const Pipe in = makePipe();
  const Pipe out = options.terminalColumns > 0 ? makeTerminal(options.terminalColumns) : makePipe();
  const Pipe err = options.terminalColumns > 0 ? Pipe{-1, out.write} : makePipe();

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.read, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.write, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.write, STDERR_FILENO);

  std::vector<std::string> words{program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> environment{std::string{"PATH="} + std::getenv("PATH")};
  for (const auto& [name, value] : options.environment) environment.push_back(name + "=" + value);
  const int failed = ::posix_spawn(&pid_, program.c_str(), &actions, nullptr, pointers(words).data(),
                                   pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  ::close(in.read);
  ::close(out.write);
  if (err.read >= 0) ::close(err.write);
  in_ = in.write;
  outFd_ = out.read;
  errFd_ = err.read;
  if (failed != 0) throw std::runtime_error("cannot start " + program);
}

Process::~Process() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  for (const int each : {in_, outFd_, errFd_}) {
    if (each >= 0) ::close(each);
  }
}

bool Process::readSome(int milliseconds) {
  std::array<pollfd, 2> files{{{outFd_, POLLIN, 0}, {errFd_, POLLIN, 0}}};
  if (outFd_ < 0 && errFd_ < 0) return false;
  ::poll(files.data(), files.size(), milliseconds);
  if (files[0].revents != 0) take(outFd_, out_);
  if (files[1].revents != 0) take(errFd_, err_);
  return true;
}

void Process::waitFor(const std::string& text, const std::string& in) {
  const auto end = SteadyClock::now() + patience;
  while (in.find(text) == std::string::npos) {
    if (SteadyClock::now() > end || !readSome(100)) {
      throw std::runtime_error("\"" + text + "\" did not come; out: " + out_ + "; err: " + err_);
    }
  }
}

void Process::waitForOut(const std::string& text) {
  waitFor(text, out_);
}

void Process::waitForErr(const std::string& text) {
  waitFor(text, err_);
}

void Process::writeLine(const std::string& text) {
  const std::string line = text + "\n";
  if (::write(in_, line.data(), line.size()) < 0) throw std::runtime_error("cannot write to the program");
}

void Process::signal(int number) const {
#ifdef MESSENGER_THREAD_SANITIZER
  waitUntilItSleeps(pid_);
#endif
  ::kill(pid_, number);
}

int Process::wait() {
  const auto end = SteadyClock::now() + patience;
  while (readSome(100)) {
    if (SteadyClock::now() > end) throw std::runtime_error("did not end; out: " + out_ + "; err: " + err_);
  }
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace messenger::console::testing
