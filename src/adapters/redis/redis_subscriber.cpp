#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <deque>
#include <set>
#include <stdexcept>
#include <utility>

#include "adapters/redis/client.hpp"
#include "adapters/redis/push_message.hpp"
#include "messenger/adapters/redis/redis_broadcaster.hpp"

namespace messenger::inline v0 {

using redis::Connection;
using redis::ConnectionFailed;
using redis::Deadline;
using redis::ReplyPointer;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

class RedisSubscriber::Impl {
 public:
  Impl(const RedisOptions& options, Callbacks callbacks)
      : address_(options), callbacks_(std::move(callbacks)) {
    if (!callbacks_.received) throw std::invalid_argument("RedisSubscriber: `received` must be given");
  }

  void subscribe(const std::string& channel) {
    if (wanted_.insert(channel).second) changed_.insert(channel);
  }
  void unsubscribe(const std::string& channel) {
    if (wanted_.erase(channel) != 0) changed_.insert(channel);
  }

  bool poll(milliseconds atMost) {
    home_.require();
    const Deadline end = support::deadlineIn(std::max(atMost, milliseconds{0}));
    if (!connection_ && !reconnect(end)) return false;
    if (std::exchange(tellsMissed_, false) && callbacks_.missed) callbacks_.missed();
    try {
      const Deadline limit = support::deadlineIn(address_.options().timeLimit);
      sendChanges(limit);
      while (unanswered_ > 0) take(connection_->receive(limit));
      askIfQuiet();
      if (deliver() == 0) {
        wait(end);
        if (connection_) deliver();
      }
      return true;
    } catch (const ConnectionFailed& error) {
      lose(error.what());
      return false;
    }
  }

  [[nodiscard]] int socket() const noexcept { return connection_ ? connection_->socket() : -1; }
  [[nodiscard]] const std::string& lastError() const noexcept { return error_; }

 private:
  bool reconnect(Deadline end) {
    if (!backoff_.mayTry()) {
      const Deadline until = std::min(end, backoff_.next());
      waitFor(-1, until);
      if (!backoff_.mayTry()) return false;
    }
    try {
      connection_ = std::make_unique<Connection>(address_, support::deadlineIn(address_.options().timeLimit));
    } catch (const ConnectionFailed& error) {
      lose(error.what());
      return false;
    }
    backoff_.succeeded();
    error_.clear();
    changed_ = wanted_;
    unanswered_ = 0;
    lastHeard_ = steady_clock::now();
    asked_ = false;
    // Said when everything is subscribed, so that what is asked for then misses nothing.
    if (std::exchange(wasConnected_, true)) {
      try {
        const Deadline limit = support::deadlineIn(address_.options().timeLimit);
        sendChanges(limit);
        while (unanswered_ > 0) take(connection_->receive(limit));
      } catch (const ConnectionFailed& failure) {
        lose(failure.what());
        return false;
      }
      tellsMissed_ = true;
    }
    return true;
  }

  void lose(const char* why) {
    connection_.reset();
    error_ = fmt::format("{}: {}", address_.name(), why);
    backoff_.failed();
  }

  void sendChanges(Deadline limit) {
    if (changed_.empty()) return;
    std::vector<std::string> names;
    std::vector<redis::Command> commands;
    names.reserve(changed_.size());
    for (const std::string& each : changed_) {
      names.push_back(address_.options().prefix + each);
      commands.push_back({wanted_.contains(each) ? "SUBSCRIBE" : "UNSUBSCRIBE", names.back()});
    }
    connection_->send(commands, limit);
    unanswered_ += commands.size();
    changed_.clear();
  }

  /// A server that says nothing for long is asked whether it is there.
  void askIfQuiet() {
    using std::chrono::seconds;
    constexpr seconds quiet{10};
    const auto now = steady_clock::now();
    if (asked_ && now - lastHeard_ > quiet + address_.options().timeLimit)
      throw redis::AnswerLate("no answer within the time limit");
    if (asked_ || now - lastHeard_ < quiet) return;
    connection_->send({{"PING"}}, support::deadlineIn(address_.options().timeLimit));
    asked_ = true;
  }

  void take(const ReplyPointer& reply) {
    lastHeard_ = steady_clock::now();
    asked_ = false;
    if (redis::isError(*reply)) throw redis::ServerRefused(address_.shown(redis::textOf(*reply)));
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements < 2) return;
    const std::string_view kind = redis::textOf(*reply->element[0]);
    if ((kind == "subscribe" || kind == "unsubscribe") && unanswered_ > 0) --unanswered_;
    if (kind != "message" || reply->elements < 3) return;
    const std::string_view name = redis::textOf(*reply->element[1]);
    auto message = redis::PushMessage::parse(redis::textOf(*reply->element[2]));
    if (!message || name.size() < address_.options().prefix.size()) return;
    Push push;
    push.channel = name.substr(address_.options().prefix.size());
    push.event = std::move(message->event);
    push.payload = std::move(message->payload);
    push.call = CallId{std::move(message->call)};
    waiting_.push_back(std::move(push));
  }

  std::size_t deliver() {
    while (const ReplyPointer reply = connection_->receiveNow()) take(reply);
    std::size_t delivered = 0;
    while (!waiting_.empty()) {
      const Push push = std::move(waiting_.front());
      waiting_.pop_front();
      if (!wanted_.contains(push.channel)) continue;
      ++delivered;
      callbacks_.received(push);
    }
    return delivered;
  }

  void wait(Deadline end) const { waitFor(connection_->socket(), end); }

  static void waitFor(int socket, Deadline end) {
    const auto left = std::chrono::ceil<milliseconds>(end - steady_clock::now());
    if (left.count() <= 0) return;
    constexpr std::int64_t longest = 5'000;
    pollfd polled{socket, POLLIN, 0};
    ::poll(&polled, socket < 0 ? 0 : 1, static_cast<int>(std::min<std::int64_t>(left.count(), longest)));
  }

  const support::HomeProcess home_;
  const redis::Address address_;
  const Callbacks callbacks_;
  std::set<std::string> wanted_;
  std::set<std::string> changed_;
  std::deque<Push> waiting_;
  std::unique_ptr<Connection> connection_;
  support::Backoff backoff_{redis::longestPause};
  std::string error_;
  std::size_t unanswered_ = 0;
  bool wasConnected_ = false;
  bool tellsMissed_ = false;
  bool asked_ = false;
  steady_clock::time_point lastHeard_{};
};

RedisSubscriber::RedisSubscriber(const RedisOptions& options, Callbacks callbacks)
    : impl_(std::make_unique<Impl>(options, std::move(callbacks))) {}

RedisSubscriber::~RedisSubscriber() = default;

void RedisSubscriber::subscribe(const std::string& channel) {
  impl_->subscribe(channel);
}

void RedisSubscriber::unsubscribe(const std::string& channel) {
  impl_->unsubscribe(channel);
}

bool RedisSubscriber::poll(std::chrono::milliseconds atMost) {
  return impl_->poll(atMost);
}

int RedisSubscriber::socket() const noexcept {
  return impl_->socket();
}

const std::string& RedisSubscriber::lastError() const noexcept {
  return impl_->lastError();
}

}  // namespace messenger
