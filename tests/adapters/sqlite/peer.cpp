#include "tests/adapters/sqlite/peer.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <stdexcept>

extern char** environ;

namespace messenger::inline v0::testing {

namespace {

std::array<int, 2> makePipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  return ends;
}

}  // namespace

Peer::Peer(const std::string& file, const std::string& what, const std::string& name) {
  const auto [itsInput, ourOutput] = makePipe();
  const auto [ourInput, itsOutput] = makePipe();
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, itsInput, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, itsOutput, STDOUT_FILENO);
  std::vector<std::string> words{MESSENGER_SQLITE_PEER, file, what, name};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int failed =
      ::posix_spawn(&process_, MESSENGER_SQLITE_PEER, &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(itsInput);
  ::close(itsOutput);
  toIt_ = ::fdopen(ourOutput, "w");
  fromIt_ = ::fdopen(ourInput, "r");
  if (failed != 0 || line() != "ready") throw std::runtime_error("the peer does not start");
}

Peer::~Peer() {
  if (toIt_ != nullptr) (void)std::fclose(toIt_);
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    (void)wait();
  }
  (void)std::fclose(fromIt_);
}

void Peer::go() {
  (void)std::fputs("go\n", toIt_);
  (void)std::fflush(toIt_);
}

std::string Peer::line() {
  std::string text;
  for (int c = std::fgetc(fromIt_); c != EOF && c != '\n'; c = std::fgetc(fromIt_))
    text += static_cast<char>(c);
  return text;
}

int Peer::wait() {
  int status = 0;
  ::waitpid(process_, &status, 0);
  process_ = -1;
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace messenger::testing
