#include "adapters/redis/client.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace messenger::inline v0::redis {
namespace {

using std::chrono::steady_clock;

std::string sha1(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (::EVP_Digest(text.data(), text.size(), digest.data(), &size, ::EVP_sha1(), nullptr) != 1)
    throw std::runtime_error("SHA-1, by which Redis names scripts, is not available");
  std::string result;
  for (unsigned i = 0; i < size; ++i) result += fmt::format("{:02x}", digest.at(i));
  return result;
}

Command commandFor(const Client::Call& call, bool known, std::string_view keyCount) {
  Command command{known ? "EVALSHA" : "EVAL", known ? call.script.digest() : call.script.text(), keyCount};
  command.insert(command.end(), call.keys.begin(), call.keys.end());
  command.insert(command.end(), call.arguments.begin(), call.arguments.end());
  return command;
}

}  // namespace

Script::Script(std::string_view text) : text_(text), digest_(sha1(text)) {}

Client::Client(const RedisOptions& options, Enter enter) : address_(options), enter_(std::move(enter)) {}

std::vector<ReplyPointer> Client::runOn(Connection& connection, const std::vector<Call>& calls,
                                        Deadline until) const {
  std::vector<Command> commands;
  std::vector<std::string> keyCounts;
  commands.reserve(calls.size());
  keyCounts.reserve(calls.size());
  for (const Call& each : calls) {
    keyCounts.push_back(std::to_string(each.keys.size()));
    commands.push_back(commandFor(each, /*known=*/true, keyCounts.back()));
  }
  connection.send(commands, until);
  std::vector<ReplyPointer> replies;
  replies.reserve(calls.size());
  for (std::size_t i = 0; i < calls.size(); ++i) replies.push_back(connection.receive(until));
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (!isError(*replies[i])) continue;
    if (textOf(*replies[i]).substr(0, 8) != "NOSCRIPT")
      throw ServerRefused(address_.shown(textOf(*replies[i])));
    replies[i] = connection.ask(commandFor(calls[i], /*known=*/false, keyCounts[i]), until);
  }
  return replies;
}

std::unique_ptr<Connection> Client::take(Repeat repeat, Deadline until) {
  while (true) {
    std::unique_ptr<Connection> found;
    {
      support::Lock lock(mutex_);
      while (idle_.empty() && open_ >= address_.options().connections) {
        if (free_.wait_until(lock.native(), until) == std::cv_status::timeout && idle_.empty() &&
            open_ >= address_.options().connections) {
          throw AnswerLate(fmt::format("none of {} connections was free within the time limit",
                                       address_.options().connections));
        }
      }
      if (idle_.empty()) {
        ++open_;
      } else {
        found = std::move(idle_.back());
        idle_.pop_back();
      }
    }
    if (!found) return connect(until);
    if (repeat == Repeat::whenBroken || found->isOpen()) return found;
    giveBack(std::move(found), /*usable=*/false);
  }
}

std::unique_ptr<Connection> Client::connect(Deadline until) {
  try {
    {
      const support::Lock lock(mutex_);
      if (!backoff_.mayTry())
        throw ServerRefused("there was no connection a moment ago; the next one is tried soon");
    }
    auto connection = std::make_unique<Connection>(address_, until);
    if (enter_) enter_(*connection, until);
    const support::Lock lock(mutex_);
    backoff_.succeeded();
    return connection;
  } catch (...) {
    {
      const support::Lock lock(mutex_);
      if (backoff_.mayTry()) backoff_.failed();
      --open_;
    }
    free_.notify_one();
    throw;
  }
}

void Client::giveBack(std::unique_ptr<Connection> connection, bool usable) noexcept {
  {
    const support::Lock lock(mutex_);
    if (usable) {
      idle_.push_back(std::move(connection));
    } else {
      --open_;
    }
  }
  free_.notify_one();
}

bool Client::closeIdle() noexcept {
  std::vector<std::unique_ptr<Connection>> closed;
  const support::Lock lock(mutex_);
  closed.swap(idle_);
  open_ -= closed.size();
  free_.notify_all();
  return backoff_.mayTry();
}

/// The server hangs: those who come next would wait as long, one after another.
void Client::noteLate(Deadline until) noexcept {
  if (steady_clock::now() < until) return;
  closeIdle();
  const support::Lock lock(mutex_);
  try {
    if (backoff_.mayTry()) backoff_.failed();
  } catch (const std::exception&) {
    // Without randomness the next one tries at once.
  }
}

void Client::rethrowNamed() const {
  try {
    throw;
  } catch (const ServerRefused& error) {
    throw ServerRefused(fmt::format("{}: {}", address_.name(), error.what()));
  } catch (const AnswerLate& error) {
    throw AnswerLate(fmt::format("{}: {}", address_.name(), error.what()));
  } catch (const ConnectionFailed& error) {
    throw ConnectionLost(fmt::format("{}: {}", address_.name(), error.what()));
  }
}

}  // namespace messenger::redis
