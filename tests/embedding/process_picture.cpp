#include "process_picture.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cfenv>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <new>
#include <set>

namespace {

namespace fs = std::filesystem;

/// Numbers of a host's locale have dots in them: they belong into nothing that the library writes or reads.
struct Dotted : std::numpunct<char> {
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};
const std::locale& localeOfHost() {
  static const std::locale locale(std::locale::classic(), new Dotted);
  return locale;
}

void handlerOfHost(int) {}

std::string statusOf(const fs::path& task, const std::string& field) {
  std::ifstream status(task / "status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind(field + ":\t", 0) == 0) return line.substr(field.size() + 2);
  }
  return "?";
}

void lookAtSignals(Picture& picture) {
  for (int signal = 1; signal <= SIGRTMAX; ++signal) {
    struct sigaction action {};
    if (::sigaction(signal, nullptr, &action) != 0) continue;  // those that belong to the C library
    std::string held;
    for (int each = 1; each <= SIGRTMAX; ++each) {
      if (::sigismember(&action.sa_mask, each) == 1) held += text(' ', each);
    }
    picture[text("signal ", signal)] = text("handler ", reinterpret_cast<const void*>(action.sa_handler),
                                            ", flags ", action.sa_flags, ", holds back", held);
  }
}

void lookAtTasks(Picture& picture) {
  std::set<std::string> masks;
  std::size_t count = 0;
  for (const auto& task : fs::directory_iterator("/proc/self/task")) {
    masks.insert(statusOf(task.path(), "SigBlk"));
    ++count;
  }
  masks.erase("?");  // it ended meanwhile
  picture["OS threads"] = text(count);
  for (const std::string& mask : masks) picture["signal masks of OS threads"] += mask + ' ';
}

void lookAtDescriptors(Picture& picture) {
  for (int descriptor = 0; descriptor < 1024; ++descriptor) {
    const int flags = ::fcntl(descriptor, F_GETFD);
    if (flags < 0) continue;
    std::error_code gone;
    const fs::path target = fs::read_symlink(text("/proc/self/fd/", descriptor), gone);
    picture[text("descriptor ", descriptor)] =
        text(target.string(), (flags & FD_CLOEXEC) != 0 ? "" : ", which stays open at exec()");
  }
}

/// No value is shown: it may be a secret.
void lookAtEnvironment(Picture& picture) {
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string variable = *each;
    const std::string name = variable.substr(0, variable.find('='));
    picture["environment variable " + name] =
        text("a value with the hash ", std::hash<std::string>{}(variable));
  }
}

}  // namespace

Picture look() {
  Picture picture;
  lookAtSignals(picture);
  lookAtTasks(picture);
  lookAtDescriptors(picture);
  picture["C locale"] = std::setlocale(LC_ALL, nullptr);
  picture["C++ locale"] = std::locale() == localeOfHost() ? "the host's" : std::locale().name();
  picture["umask"] = statusOf("/proc/self", "Umask");
  lookAtEnvironment(picture);
  picture["folder"] = fs::current_path().string();
  picture["rounding"] = text(std::fegetround());
  picture["floating-point traps"] = text(::fegetexcept());
  picture["terminate handler"] = text(reinterpret_cast<const void*>(std::get_terminate()));
  picture["new handler"] = text(reinterpret_cast<const void*>(std::get_new_handler()));
  picture["std::cout"] = text(std::cout.flags(), ' ', std::cout.precision(), ' ', std::cout.rdbuf());
  std::cout.flush();
  std::fflush(stdout);
  struct stat written {};
  ::fstat(STDOUT_FILENO, &written);
  picture["bytes on standard output"] = text(written.st_size);
  return picture;
}

void beParticular() {
  std::locale::global(localeOfHost());
  ::umask(S_IRGRP | S_IWGRP | S_IRWXO);
  std::signal(SIGUSR1, handlerOfHost);
  ::feenableexcept(FE_DIVBYZERO | FE_INVALID | FE_OVERFLOW);
}
