#include "tests/adapters/redis/redis_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <memory>
#include <stdexcept>

#include "tests/support/free_port.hpp"

namespace messenger::tests {
namespace {

std::string textOfReply(const redisReply& reply) {
  if (reply.type == REDIS_REPLY_INTEGER) return std::to_string(reply.integer);
  std::string text = reply.str == nullptr ? "" : std::string{reply.str, reply.len};
  for (std::size_t i = 0; i < reply.elements; ++i) text += textOfReply(*reply.element[i]) + "\n";
  return text;
}

}  // namespace

RedisServer::RedisServer(std::vector<std::string> options) : options_(std::move(options)) {
  // Another process may take the port before the server does.
  for (int round = 0; round < 5; ++round) {
    port_ = testing::freePort();
    if (launch()) return;
  }
  throw std::runtime_error(
      "these tests talk to a real Redis, and it does not start: apt-get install --no-install-recommends "
      "redis-server");
}

RedisServer::~RedisServer() {
  kill();
}

RedisOptions RedisServer::options() const {
  RedisOptions options;
  options.url = url();
  options.timeLimit = std::chrono::seconds{10};  // a machine under load is no fault
  return options;
}

bool RedisServer::launch() {
  std::vector<std::string> words{
      "redis-server", "--port", std::to_string(port_),  "--bind", "127.0.0.1", "--save", "", "--appendonly",
      "no",           "--dir",  folder_.path().string()};
  words.insert(words.end(), options_.begin(), options_.end());
  std::vector<char*> arguments;
  for (std::string& each : words) arguments.push_back(each.data());
  arguments.push_back(nullptr);
  process_ = ::fork();
  if (process_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int output = ::open("/dev/null", O_WRONLY);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    ::close_range(3, ~0U, 0);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (std::chrono::steady_clock::now() < deadline) {
    if (::waitpid(process_, nullptr, WNOHANG) == process_) {
      process_ = -1;
      return false;
    }
    try {
      run({"PING"});
      return true;
    } catch (const std::runtime_error&) {
      ::poll(nullptr, 0, 5);
    }
  }
  kill();
  return false;
}

void RedisServer::start() {
  if (!launch()) throw std::runtime_error("Redis does not start again on its port");
}

void RedisServer::kill() {
  if (process_ <= 0) return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  process_ = -1;
}

void RedisServer::hang() {
  ::kill(process_, SIGSTOP);
  int status = 0;
  ::waitpid(process_, &status, WUNTRACED);
}

void RedisServer::goOn() {
  ::kill(process_, SIGCONT);
}

std::string RedisServer::run(const std::vector<std::string>& command) const {
  const std::unique_ptr<redisContext, decltype(&::redisFree)> context(::redisConnect("127.0.0.1", port_),
                                                                      &::redisFree);
  if (!context || context->err != 0) throw std::runtime_error("no connection to the server of the test");
  std::vector<const char*> words;
  std::vector<std::size_t> sizes;
  for (const std::string& each : command) {
    words.push_back(each.data());
    sizes.push_back(each.size());
  }
  void* answer =
      ::redisCommandArgv(context.get(), static_cast<int>(words.size()), words.data(), sizes.data());
  if (answer == nullptr) throw std::runtime_error("no answer of the server of the test");
  const std::unique_ptr<redisReply, decltype(&::freeReplyObject)> reply(static_cast<redisReply*>(answer),
                                                                        &::freeReplyObject);
  return textOfReply(*reply);
}

}  // namespace messenger::tests
