// Boost 1.74 uses it and does not include it.
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "bench/event_loop/callers.hpp"

namespace messenger::bench {
namespace {

using boost::asio::awaitable;
using boost::asio::use_awaitable;
using boost::asio::ip::tcp;

class Person {
 public:
  Person(boost::asio::io_context& loop, std::uint16_t port, std::string name)
      : socket_(loop), server_(boost::asio::ip::address_v4::loopback(), port), name_(std::move(name)) {}

  awaitable<bool> come() {
    co_await socket_.async_connect(server_, use_awaitable);
    const bool known = co_await say("name " + name_);
    co_return known;
  }

  /// Whether the answer is ok. Pushes in between are passed over.
  awaitable<bool> say(std::string line) {
    line += '\n';
    co_await boost::asio::async_write(socket_, boost::asio::buffer(line), use_awaitable);
    for (;;) {
      const auto buffer = boost::asio::dynamic_buffer(received_);
      const auto size = co_await boost::asio::async_read_until(socket_, buffer, '\n', use_awaitable);
      const std::string answer = received_.substr(0, size - 1);
      received_.erase(0, size);
      if (answer == "ok" || answer.starts_with("no: ")) co_return answer == "ok";
    }
  }

 private:
  tcp::socket socket_;
  tcp::endpoint server_;
  std::string name_;
  std::string received_;
};

struct Pair {
  std::size_t number;
  std::chrono::milliseconds begin;
  std::chrono::milliseconds period;
};

awaitable<void> callAgain(boost::asio::io_context& loop, std::uint16_t port, Pair pair,
                          std::atomic<std::size_t>& calls, std::atomic<std::size_t>& refused) {
  const std::string number = std::to_string(pair.number);
  const std::string room = "room-" + number;
  Person caller(loop, port, "caller-" + number);
  Person callee(loop, port, "callee-" + number);
  const bool here = co_await caller.come();
  const bool there = co_await callee.come();
  refused += static_cast<std::size_t>(!here + !there);
  boost::asio::steady_timer timer(loop, pair.begin);
  auto next = timer.expiry();
  for (;;) {
    co_await timer.async_wait(use_awaitable);
    bool ok = co_await caller.say("call " + room);
    calls += static_cast<std::size_t>(ok);
    ok &= co_await callee.say("join " + room);
    for (int i = 0; i < 3; ++i) {
      timer.expires_after(pair.period / 5);
      co_await timer.async_wait(use_awaitable);
      ok &= co_await caller.say("beat " + room);
      ok &= co_await callee.say("beat " + room);
    }
    ok &= co_await caller.say("end " + room);
    refused += static_cast<std::size_t>(!ok);
    next += pair.period;
    timer.expires_at(next);
  }
}

}  // namespace

Callers::Callers(std::uint16_t port, std::size_t rooms, std::chrono::milliseconds period) {
  for (std::size_t i = 0; i < rooms; ++i) {
    const Pair pair{i, period * i / rooms, period};
    boost::asio::co_spawn(loop_, callAgain(loop_, port, pair, calls_, refused_), boost::asio::detached);
  }
  thread_ = std::thread([this] { loop_.run(); });
}

Callers::~Callers() {
  loop_.stop();
  thread_.join();
}

}  // namespace messenger::bench
