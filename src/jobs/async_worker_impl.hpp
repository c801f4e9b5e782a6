#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "jobs/due_tasks.hpp"
#include "jobs/worker_steps.hpp"
#include "messenger/jobs/async_worker.hpp"
#include "support/home_process.hpp"
#include "support/wake_up.hpp"

namespace messenger::inline v0 {

/// The steps of an AsyncWorker: which comes next is decided on the loop, and what waits for the storage is
/// done on the pool. So it has no lock: all that is not atomic is used on the loop only.
class AsyncWorker::Impl : public std::enable_shared_from_this<Impl> {
 public:
  struct Host {
    std::shared_ptr<Loop> loop;
    std::shared_ptr<Executor> pool;
    std::shared_ptr<AsyncVideoDriver> driver;
  };

  /// `owner` keeps `context`, `runner` and `tasks` alive.
  Impl(std::shared_ptr<const void> owner, actions::Context& context, jobs::JobRunner& runner,
       jobs::DueTasks& tasks, Host host, const AsyncWorkerOptions& options);

  void start();
  /// `stopped` may be empty.
  void stop(std::function<void()> stopped);
  /// The loop may be gone after a stop.
  void stopUnlessAsked();

  [[nodiscard]] bool isHere() const noexcept { return home_.isHere(); }

 private:
  using Job = std::shared_ptr<jobs::WorkerJob>;
  /// Nothing: the driver is not asked. An error: it cannot be.
  using Question = std::optional<BasicResult<Thread, std::string>>;

  /// `work` on the pool, then `next` with what it returned on the loop. Neither throws.
  template <class Work, class Next>
  void step(Work work, Next next);

  void begin();
  void hearOfJobs() noexcept;
  void look();
  void looked(const Job& job, const Question& question);
  void ask(const Job& job, const Thread& thread);
  void finish(Job job, std::optional<DriverOutcome> outcome);
  void renewLeases();
  void doDueTasks();
  void endIfStopped();

  const support::HomeProcess home_;
  const std::shared_ptr<const void> owner_;
  actions::Context& context_;
  jobs::JobRunner& runner_;
  jobs::DueTasks& tasks_;
  const Host host_;
  const std::size_t most_;  ///< jobs at a time
  const bool doesDueTasks_;
  support::WakeUp stopNews_;
  std::atomic<bool> stopRequested_ = false;
  std::atomic<bool> toldOfJobs_ = false;  ///< since it last looked
  jobs::WorkerSteps steps_;
  std::optional<support::WakeUp::Listener> stored_;

  std::unique_ptr<Timer> nextLook_;
  std::unique_ptr<Timer> nextRenewal_;
  std::unique_ptr<Timer> nextTasks_;
  bool looking_ = false;
  bool looksAgain_ = false;
  std::size_t jobs_ = 0;      ///< claimed and not settled
  std::size_t underWay_ = 0;  ///< other steps on the pool
  bool stopping_ = false;
  bool ended_ = false;
  std::vector<std::function<void()>> stopped_;  ///< who waits for the end
};

}  // namespace messenger
