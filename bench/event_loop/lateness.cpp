#include "bench/event_loop/lateness.hpp"

#include <boost/asio/post.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>

namespace messenger::bench {
namespace {

double inMilliseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

}  // namespace

Lateness::Lateness(boost::asio::io_context& loop) : timer_(loop) {
  boost::asio::post(loop, [this] {
    schedstat_ = ::open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
    waited_ = waitedForProcessor();
    wait(Clock::now());
  });
}

Lateness::~Lateness() {
  ::close(schedstat_);
}

void Lateness::wait(Clock::time_point due) {
  timer_.expires_at(due + std::chrono::milliseconds{1});
  timer_.async_wait([this, due = timer_.expiry()](const boost::system::error_code&) {
    if (!stopped_) tick(due);
  });
}

void Lateness::tick(Clock::time_point due) {
  const auto now = Clock::now();
  const std::int64_t waited = waitedForProcessor();
  const auto late = now - due;
  const std::chrono::nanoseconds queued{waited - waited_};
  waited_ = waited;
  worstWithQueue_ = std::max(worstWithQueue_, inMilliseconds(late));
  late_.push_back(std::max(0.0, inMilliseconds(late - queued)));
  wait(now);
}

std::int64_t Lateness::waitedForProcessor() {
  std::array<char, 128> text{};
  long long ran = 0;
  long long waited = 0;
  if (::pread(schedstat_, text.data(), text.size() - 1, 0) <= 0 ||
      std::sscanf(text.data(), "%lld %lld", &ran, &waited) != 2)
    throw std::runtime_error("/proc/thread-self/schedstat does not say how long a thread waited");
  return waited;
}

double Lateness::quantile(double share) const {
  std::sort(late_.begin(), late_.end());
  return late_.at(static_cast<std::size_t>(share * static_cast<double>(late_.size() - 1)));
}

}  // namespace messenger::bench
