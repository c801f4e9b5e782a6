#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace messenger::inline v0::testing {

/// Does the same on several OS threads at once: `body(i)` for i in [0, count), divided among them, all
/// started together. An exception of one is thrown again when all have ended.
inline void crowd(std::size_t count, const std::function<void(std::size_t)>& body, std::size_t threads = 8) {
  std::mutex mutex;
  std::condition_variable all;
  std::size_t ready = 0;
  std::exception_ptr failure;
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    {
      std::unique_lock lock(mutex);
      ++ready;
      all.notify_all();
      all.wait(lock, [&] { return ready == threads; });
    }
    try {
      for (std::size_t i = next++; i < count; i = next++) body(i);
    } catch (...) {
      const std::lock_guard lock(mutex);
      failure = std::current_exception();
    }
  };
  std::vector<std::thread> crowded;
  crowded.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) crowded.emplace_back(work);
  for (std::thread& each : crowded) each.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace messenger::testing
