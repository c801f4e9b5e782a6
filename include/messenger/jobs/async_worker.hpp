#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "messenger/contracts/async_video_driver.hpp"
#include "messenger/contracts/executor.hpp"
#include "messenger/export.hpp"
#include "messenger/model/job.hpp"

namespace messenger::inline v0 {

/// How an AsyncWorker runs jobs.
struct AsyncWorkerOptions {
  /// How many jobs that ask the provider are under way at the same time. 1 to 256. With two or more, a
  /// quarter of them, at least one, is kept from setups, as `WorkerOptions::threads`. One sweep more runs
  /// beside them.
  std::size_t atOnce = 64;
  /// As those of WorkerOptions.
  /// @{
  std::string queue{};
  std::optional<int> maxAttempts{};
  std::optional<std::chrono::milliseconds> backoff{};
  /// @}
  /// Called after each run is settled, on the pool, with no lock held.
  std::function<void(const JobRun&)> onRun{};
  /// Whether it does the due tasks too, as a Scheduler: evicts silent participants, reports heartbeats,
  /// prunes.
  bool dueTasks = true;
};

/// Runs jobs for a host on an event loop, as a Worker does, but without an OS thread for each job: what waits
/// for the storage runs on a pool of the host's, the driver is asked on the loop and completes when it likes.
/// Made by `Jobs::startAsyncWorker`; move-only.
///
/// Starts no OS thread. Destroying it stops it, and does not wait. Loop and pool must run until it has
/// stopped; the driver is kept until then. Jobs of other processes are found within
/// `Config::jobs.pollInterval`.
class [[nodiscard]] MESSENGER_EXPORT AsyncWorker {
 public:
  class MESSENGER_NO_EXPORT Impl;

  /// For the library: `Jobs::startAsyncWorker` returns one. One that was moved from does nothing.
  /// @{
  explicit AsyncWorker(std::shared_ptr<Impl> impl) noexcept;
  AsyncWorker(AsyncWorker&& other) noexcept;
  AsyncWorker& operator=(AsyncWorker&& other) noexcept;
  /// @}
  AsyncWorker(const AsyncWorker&) = delete;
  AsyncWorker& operator=(const AsyncWorker&) = delete;
  ~AsyncWorker();

  /// Claims no more jobs; when those under way are settled, and the heartbeats received since the last report
  /// are reported, calls `stopped` on the loop: the worker then uses neither loop nor pool any more. Returns
  /// at once. Each call is answered, also one after it has stopped. Thread-safe.
  void stop(std::function<void()> stopped);

 private:
  void release() noexcept;

  std::shared_ptr<Impl> impl_;
};

}  // namespace messenger
