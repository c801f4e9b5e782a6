#include "tests/facade/helper_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <stdexcept>

extern char** environ;

namespace messenger::tests {
namespace {

std::array<int, 2> makePipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  return ends;
}

}  // namespace

HelperProcess::HelperProcess(const std::vector<std::string>& arguments) {
  // Writing to a dead helper must not end the test.
  static const auto ignored = std::signal(SIGPIPE, SIG_IGN);
  (void)ignored;
  const auto [itsInput, ourOutput] = makePipe();
  const auto [ourInput, itsOutput] = makePipe();
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, itsInput, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, itsOutput, STDOUT_FILENO);
  std::vector<std::string> words{MESSENGER_PROCESS_HELPER};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const int failed =
      ::posix_spawn(&process_, MESSENGER_PROCESS_HELPER, &actions, nullptr, pointers.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(itsInput);
  ::close(itsOutput);
  toIt_ = ::fdopen(ourOutput, "w");
  fromIt_ = ::fdopen(ourInput, "r");
  if (failed != 0) throw std::runtime_error("the helper process does not start");
}

HelperProcess::~HelperProcess() {
  (void)std::fclose(toIt_);
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    (void)wait();
  }
  (void)std::fclose(fromIt_);
}

void HelperProcess::send(const std::string& line) {
  (void)std::fputs((line + '\n').c_str(), toIt_);
  (void)std::fflush(toIt_);
}

std::string HelperProcess::line() {
  std::string text;
  for (int c = std::fgetc(fromIt_); c != EOF && c != '\n'; c = std::fgetc(fromIt_)) {
    text += static_cast<char>(c);
  }
  return text;
}

std::vector<std::string> HelperProcess::lines() {
  std::vector<std::string> all;
  for (std::string next = line(); !next.empty(); next = line()) all.push_back(next);
  return all;
}

void HelperProcess::signal(int number) const {
  ::kill(process_, number);
}

int HelperProcess::wait() {
  int status = 0;
  ::waitpid(process_, &status, 0);
  process_ = -1;
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace messenger::tests
