#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>

namespace messenger::bench {

/// Clients of the example chat_server on an OS thread of their own. In each room two people call each other
/// again and again: call, join, three rounds of heartbeats, end.
class Callers {
 public:
  /// `rooms` calls in each `period`, spread over it. The rooms are `room-0` and so on, with `caller-0` and
  /// `callee-0` in it.
  Callers(std::uint16_t port, std::size_t rooms, std::chrono::milliseconds period);
  ~Callers();
  Callers(const Callers&) = delete;
  Callers& operator=(const Callers&) = delete;

  /// How many calls were started.
  [[nodiscard]] std::size_t calls() const noexcept { return calls_; }
  /// Calls in which an answer was not ok.
  [[nodiscard]] std::size_t refused() const noexcept { return refused_; }

 private:
  boost::asio::io_context loop_{1};
  std::atomic<std::size_t> calls_ = 0;
  std::atomic<std::size_t> refused_ = 0;
  std::thread thread_;
};

}  // namespace messenger::bench
