#pragma once

#include <cstddef>
#include <functional>
#include <latch>
#include <thread>
#include <vector>

namespace messenger::tests {

/// Runs `each(0)` … `each(count - 1)` on as many OS threads, started at the same moment; returns when all are
/// done. No Catch assertions in there: Catch 2 is not thread-safe.
inline void together(std::size_t count, const std::function<void(std::size_t)>& each) {
  std::latch start(static_cast<std::ptrdiff_t>(count));
  std::vector<std::thread> threads;
  threads.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      each(i);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace messenger::tests
