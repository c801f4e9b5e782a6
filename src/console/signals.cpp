#include "console/signals.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <string_view>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "support/deadline.hpp"

namespace messenger::inline v0::console {
namespace {

// A signal handler can use only static data, so there is one StopWatch with signals in a process.
std::atomic<int> caught{0};
std::atomic<int> wakeWriter{-1};
std::atomic<bool> installed{false};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may use nothing else");

int wakeReader = -1;
struct sigaction formerInterrupt {};
struct sigaction formerTerminate {};

void onSignal(int number) {
  const int saved = errno;
  if (caught.fetch_add(1) > 0) _exit(128 + number);
  constexpr std::string_view text = "\nFinishing the current work; a second Ctrl-C stops at once.\n";
  [[maybe_unused]] ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
  written = ::write(wakeWriter.load(), "x", 1);
  errno = saved;
}

void openPipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) throw std::runtime_error("no pipe for signals");
  wakeReader = ends[0];
  wakeWriter = ends[1];
}

}  // namespace

SignalsHeldBack::SignalsHeldBack() {
  sigset_t held{};
  sigemptyset(&held);
  sigaddset(&held, SIGINT);
  sigaddset(&held, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &held, &former_);
}

SignalsHeldBack::~SignalsHeldBack() {
  pthread_sigmask(SIG_SETMASK, &former_, nullptr);
}

StopWatch::StopWatch(const ConsoleOptions& options) : options_(options) {
  if (!options_.signals) return;
  if (installed.exchange(true)) throw std::logic_error("another console already handles signals");
  openPipe();
  caught = 0;
  struct sigaction action {};
  action.sa_handler = onSignal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, &formerInterrupt);
  sigaction(SIGTERM, &action, &formerTerminate);
}

StopWatch::~StopWatch() {
  if (!options_.signals) return;
  sigaction(SIGINT, &formerInterrupt, nullptr);
  sigaction(SIGTERM, &formerTerminate, nullptr);
  ::close(wakeReader);
  ::close(wakeWriter.exchange(-1));
  installed = false;
}

bool StopWatch::interrupted() const noexcept {
  return options_.signals && caught.load() > 0;
}

bool StopWatch::stopped() const {
  if (interrupted()) return true;
  return options_.stopRequested && options_.stopRequested();
}

bool StopWatch::waitFor(std::chrono::milliseconds atMost) const {
  constexpr std::chrono::milliseconds askEvery{100};
  constexpr std::chrono::milliseconds longest = std::chrono::minutes{1};
  const auto end = support::deadlineIn(atMost);
  for (;;) {
    if (stopped()) return true;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    const auto nap = std::min(left, options_.stopRequested ? askEvery : longest);
    pollfd wake{options_.signals ? wakeReader : -1, POLLIN, 0};
    ::poll(&wake, 1, static_cast<int>(nap.count()));
  }
}

}  // namespace messenger::console
