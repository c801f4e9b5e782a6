#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <vector>

namespace messenger::bench {

/// How late a loop is: a timer of 1 ms on it, less the time for which the loop's OS thread was ready to run
/// and another one had the processor. Used on the loop.
class Lateness {
 public:
  /// Begins when the loop runs.
  explicit Lateness(boost::asio::io_context& loop);
  ~Lateness();
  Lateness(const Lateness&) = delete;
  Lateness& operator=(const Lateness&) = delete;

  void stop() {
    stopped_ = true;
    timer_.cancel();
  }

  // In milliseconds. REQUIRES: it was stopped, and there was a tick.

  [[nodiscard]] double worst() const { return quantile(1); }
  [[nodiscard]] double quantile(double share) const;
  /// The worst with the wait for a processor.
  [[nodiscard]] double worstWithQueue() const noexcept { return worstWithQueue_; }

 private:
  using Clock = std::chrono::steady_clock;

  void wait(Clock::time_point due);
  void tick(Clock::time_point due);
  /// Nanoseconds since the OS thread began.
  [[nodiscard]] std::int64_t waitedForProcessor();

  boost::asio::steady_timer timer_;
  bool stopped_ = false;  ///< a tick that is queued cannot be cancelled
  int schedstat_ = -1;
  std::int64_t waited_ = 0;
  double worstWithQueue_ = 0;
  mutable std::vector<double> late_;
};

}  // namespace messenger::bench
