#include "jobs/worker_impl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <utility>

#include "actions/log.hpp"
#include "jobs/worker_steps.hpp"
#include "support/deadline.hpp"
#include "support/thrown.hpp"
#include "support/wake_up.hpp"

namespace messenger::inline v0 {
namespace {

/// The shared state of the worker, on one of its OS threads; null on all others.
thread_local const void* servedWorker = nullptr;

constexpr int mostAttempts = 1000;
constexpr std::chrono::milliseconds longestBackoff = std::chrono::hours{24};

void require(bool holds, const char* field, const std::string& bounds) {
  if (!holds) throw std::invalid_argument(fmt::format("WorkerOptions.{} must be {}", field, bounds));
}

}  // namespace

namespace jobs {

void applyOptions(RunPolicy& policy, const WorkerOptions& options) {
  require(options.threads >= 1 && options.threads <= mostThreads, "threads", "1 to 256");
  require(!options.maxAttempts || (*options.maxAttempts >= 1 && *options.maxAttempts <= mostAttempts),
          "maxAttempts", "1 to 1000");
  require(!options.backoff || (options.backoff->count() >= 0 && *options.backoff <= longestBackoff),
          "backoff", "zero to one day");
  if (!options.queue.empty()) policy.queue = options.queue;
  if (options.maxAttempts) policy.jobs.maxAttempts = *options.maxAttempts;
  if (options.backoff) {
    policy.jobs.backoff = *options.backoff;
    policy.jobs.maxBackoff = std::max(policy.jobs.maxBackoff, *options.backoff);
  }
  policy.onRun = options.onRun;
  policy.stopRequested = options.stopRequested;
}

}  // namespace jobs

/// Shared by the OS threads of one worker.
struct Worker::Impl::Shared {
  using Ran = jobs::WorkerSteps::Ran;

  Shared(std::shared_ptr<const void> keepAlive, actions::Context& from, jobs::JobRunner& runs,
         const WorkerOptions& options)
      : owner(std::move(keepAlive)),
        context(from),
        runner(runs),
        steps(from, runs, options, stopping,
              [this](std::chrono::milliseconds pause) {
                stopNews.waitFor(0, pause);
                return !stopping;
              }),
        waiter(from.storage.jobs().makeWaiter()) {
    if (waiter) stored.emplace(from.jobsStored);
  }

  /// Whether it is called from one of this worker's jobs.
  [[nodiscard]] bool isOwnThread() const noexcept { return servedWorker == this; }

  void requestStop() noexcept {
    stopping = true;
    stopNews.notify();
    context.jobsStored.notify();
  }

  /// Asks the host too.
  [[nodiscard]] bool shouldStop() noexcept {
    if (!stopping && runner.shouldStop(steps.policy())) requestStop();
    return stopping;
  }

  void work() noexcept {
    servedWorker = this;
    bool polls = false;
    bool told = false;
    while (!shouldStop()) {
      const std::uint64_t seen = context.jobsStored.version();
      const Ran ran = steps.runJob([&] { stopPolling(polls); });
      if (ran == Ran::aJob) continue;
      if (std::exchange(told, false) && ran == Ran::foundNothingUrgent) {
        // Whoever may look for setups may have looked just before that one was stored.
        context.jobsStored.notify();
        continue;
      }
      const bool looked = ran != Ran::failed;
      if (looked) setIdle(true, ran == Ran::foundNothing ? seen : 0);
      if (!stopping) told = waitForJobs(seen, polls);
      if (looked) setIdle(false, seen);
    }
    runner.storeWhatIsLeft();
    {
      const support::Lock lock(mutex);
      --working;
    }
    changed.notify_all();
  }

  /// Jobs that other processes store are seen by looking from time to time, or at once where the storage can
  /// tell: one thread does that for all. Returns whether the storage may have told.
  [[nodiscard]] bool waitForJobs(std::uint64_t seen, bool& polls) {
    if (!polls) {
      const support::Lock lock(mutex);
      polls = !std::exchange(polled, true);
    }
    const std::chrono::milliseconds interval = context.config.jobs.pollInterval;
    if (!polls) {
      context.jobsStored.wait(seen);
    } else if (!waiter) {
      context.jobsStored.waitFor(seen, interval);
    } else {
      stored->silence();
      if (context.jobsStored.version() != seen) return false;
      waiter->wait(support::deadlineIn(interval), stored->descriptor());
      return true;
    }
    return false;
  }

  /// Where it found one job, there may be more: the others look too, and the first to be idle polls on.
  void stopPolling(bool& polls) {
    if (!polls) return;
    {
      const support::Lock lock(mutex);
      polls = polled = false;
    }
    context.jobsStored.notify();
  }

  /// Whether jobs are left that this version cannot read, or that a worker which has ended could have
  /// claimed, or nobody can say.
  [[nodiscard]] bool leftSome(bool ended) noexcept {
    try {
      const StorageTime now = context.now().storage;
      const JobCounts counts = context.storage.jobs().counts(steps.policy().queue, now);
      return counts.unreadable > 0 || (ended && counts.nextAt && *counts.nextAt <= now);
    } catch (...) {
      actions::logSafely(context.logger, LogLevel::error, "counting the jobs failed",
                         {{"error", support::whatWasThrown()}});
      return true;
    }
  }

  /// Continues after a stop request until the last job is done.
  void renewLeases() MESSENGER_NO_THREAD_SAFETY_ANALYSIS {
    std::chrono::milliseconds next = steps.firstRenewal();
    support::Lock lock(mutex);
    while (!changed.wait_for(lock.native(), next,
                             [this]() MESSENGER_NO_THREAD_SAFETY_ANALYSIS { return working == 0; })) {
      lock.unlock();
      next = steps.renewLeases();
      lock.lock();
    }
  }

  void setIdle(bool isIdle, std::uint64_t version) {
    {
      const support::Lock lock(mutex);
      idle = isIdle ? idle + 1 : idle - 1;
      lookedAt = std::max(lookedAt, version);
    }
    changed.notify_all();
  }

  std::shared_ptr<const void> owner;
  actions::Context& context;
  jobs::JobRunner& runner;
  std::atomic<bool> stopping = false;
  jobs::WorkerSteps steps;
  support::WakeUp stopNews;
  const std::unique_ptr<JobQueue::Waiter> waiter;  ///< of the thread that polls; may be null
  std::optional<support::WakeUp::Bell> stored;     ///< exactly when there is a waiter

  support::Mutex mutex;
  std::condition_variable changed;
  std::size_t working MESSENGER_GUARDED_BY(mutex) = 0;  ///< threads that have not ended
  std::size_t idle MESSENGER_GUARDED_BY(mutex) = 0;     ///< of those: which found nothing to do
  bool polled MESSENGER_GUARDED_BY(mutex) = false;      ///< one of them polls
  std::uint64_t lookedAt MESSENGER_GUARDED_BY(mutex) =
      0;  ///< the version of the wake-up that the latest of them looked at
};

Worker::Impl::Impl(std::shared_ptr<const void> owner, actions::Context& context, jobs::JobRunner& runner,
                   const WorkerOptions& options)
    : shared_(std::make_shared<Shared>(std::move(owner), context, runner, options)) {
  const std::size_t threads = jobs::Places::osThreads(options.threads);
  {
    const support::Lock lock(shared_->mutex);
    shared_->working = threads;
  }
  try {
    for (std::size_t i = 0; i < threads; ++i) {
      threads_.emplace_back([shared = shared_] { shared->work(); });
    }
    threads_.emplace_back([shared = shared_] { shared->renewLeases(); });
  } catch (...) {  // no further OS thread could be started: end the others
    stop();
    throw;
  }
}

Worker::Impl::~Impl() {
  stop();
  const support::Lock lock(joining_);
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.detach();  // only when destroyed from within one of its own jobs
  }
}

void Worker::Impl::requestStop() noexcept {
  shared_->requestStop();
}

void Worker::Impl::stop() noexcept {
  requestStop();
  if (shared_->isOwnThread()) return;
  // A concurrent stop waits here for the same end.
  const support::Lock lock(joining_);
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

bool Worker::Impl::drain(std::chrono::milliseconds atMost) {
  Shared& shared = *shared_;
  shared.context.jobsStored.notify();
  const std::uint64_t since = shared.context.jobsStored.version();
  support::Lock lock(shared.mutex);
  // Every OS thread found no job, after everything that was stored until now.
  const auto end = support::deadlineIn(atMost);
  const bool idle = shared.changed.wait_until(lock.native(), end, [&]() MESSENGER_NO_THREAD_SAFETY_ANALYSIS {
    if (shared.working == 0) return true;
    return shared.idle == shared.working && shared.lookedAt >= since &&
           shared.lookedAt == shared.context.jobsStored.version();
  });
  const bool ended = shared.working == 0;
  lock.unlock();
  return idle && !shared.leftSome(ended);
}

}  // namespace messenger
