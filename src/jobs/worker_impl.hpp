#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <thread>
#include <vector>

#include "jobs/job_runner.hpp"
#include "messenger/jobs/worker.hpp"
#include "support/home_process.hpp"
#include "support/mutex.hpp"

namespace messenger::inline v0 {

/// The OS threads of a Worker. Their shared state lives until the last of them has ended, so that a Worker
/// may be destroyed even from within one of its own jobs.
class Worker::Impl {
 public:
  /// `owner` keeps `runner` and `context` alive.
  Impl(std::shared_ptr<const void> owner, actions::Context& context, jobs::JobRunner& runner,
       const WorkerOptions& options);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void stop() noexcept;
  void requestStop() noexcept;
  bool drain(std::chrono::milliseconds atMost);

  /// False in a child made by fork(), which has none of the OS threads: nothing but this may be asked there.
  [[nodiscard]] bool isHere() const noexcept { return home_.isHere(); }
  void requireHere() const { home_.require(); }

 private:
  struct Shared;

  const support::HomeProcess home_;

  std::shared_ptr<Shared> shared_;
  std::vector<std::thread> threads_;
  support::Mutex joining_;  ///< held while waiting for the OS threads
};

}  // namespace messenger
