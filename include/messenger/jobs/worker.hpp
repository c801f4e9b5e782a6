#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "messenger/export.hpp"
#include "messenger/model/job.hpp"

namespace messenger::inline v0 {

/// How a Worker runs jobs.
struct WorkerOptions {
  /// How many jobs that ask the provider run at the same time. 1 to 256. With two or more, a quarter of them,
  /// at least one, is kept from setups, so that rooms are destroyed also while every setup hangs. Two more OS
  /// threads: one renews leases, and one runs sweeps (`JobClass`), which ask no provider.
  std::size_t threads = 1;
  /// The queue to serve; empty for `Config::calling.subscriber.channel`.
  std::string queue{};
  /// For the jobs that it runs, instead of `Config::jobs.maxAttempts`. 1 to 1000.
  std::optional<int> maxAttempts{};
  /// For the jobs that it runs, instead of `Config::jobs.backoff`; raises `maxBackoff` to itself when that is
  /// less. Zero to one day.
  std::optional<std::chrono::milliseconds> backoff{};
  /// Called after each run is settled, on the OS thread that ran it, with no lock held; also with one thread
  /// for a sweep and another job at the same time. Its exceptions are logged.
  std::function<void(const JobRun&)> onRun{};
  /// Asked before each claim, for a host whose wish to stop is a flag, such as one set by a signal handler:
  /// true stops the worker as `Worker::requestStop` does. One that is idle asks again within
  /// `Config::jobs.pollInterval`. Called on the worker's OS threads, several at a time, with no lock held.
  /// When it throws, that is logged and the worker stops.
  std::function<bool()> stopRequested{};
};

/// OS threads that run jobs as they become available, sweeps and teardowns before setups. Made by
/// `Jobs::startWorker`; move-only.
///
/// Destroying it stops it. It keeps alive what it needs, so it may outlive the Messenger that made it.
class [[nodiscard]] MESSENGER_EXPORT Worker {
 public:
  class MESSENGER_NO_EXPORT Impl;

  /// For the library: `Jobs::startWorker` returns one. One that was moved from does nothing.
  /// @{
  explicit Worker(std::unique_ptr<Impl> impl) noexcept;
  Worker(Worker&& other) noexcept;
  Worker& operator=(Worker&& other) noexcept;
  /// @}
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker();

  /// Claims no more jobs, waits for the running ones, and ends the OS threads. A second call does nothing.
  /// Called from within a job (by a driver or a listener) it does not wait: the OS threads end after that
  /// job. Thread-safe.
  void stop() noexcept;

  /// The same without waiting, for an event loop; `stop` waits afterwards. Thread-safe.
  void requestStop() noexcept;

  /// Waits until no job of the queue is available and none runs in this worker, or until the time is up. Jobs
  /// waiting for their backoff do not count. True: it was idle, and nothing was left. False also when the
  /// storage did not answer, when jobs are left that this version cannot read
  /// (`JobCounts::unreadable`), and when the worker was stopped and some are available; then it
  /// returns as soon as it is idle. Thread-safe.
  bool drain(std::chrono::milliseconds atMost);

 private:
  void release() noexcept;

  std::unique_ptr<Impl> impl_;
};

}  // namespace messenger
