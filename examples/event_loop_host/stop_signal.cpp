#include "stop_signal.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace {

volatile sig_atomic_t writeEnd = -1;

extern "C" void onSignal(int) {
  const int error = errno;
  const char byte = 1;
  // A full pipe is readable already.
  [[maybe_unused]] const auto written = write(writeEnd, &byte, 1);
  errno = error;
}

}  // namespace

StopSignal::StopSignal() {
  if (pipe2(ends_, O_CLOEXEC | O_NONBLOCK) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe2");
  writeEnd = ends_[1];
  struct sigaction action {};
  action.sa_handler = onSignal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

StopSignal::~StopSignal() {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  close(ends_[0]);
  close(ends_[1]);
}
