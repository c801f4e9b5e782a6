#include "jobs/async_worker_impl.hpp"

#include <utility>

#include "actions/log.hpp"
#include "support/thrown.hpp"

namespace messenger::inline v0 {
namespace {

WorkerOptions workerOptionsOf(const AsyncWorkerOptions& options) {
  WorkerOptions same;
  same.threads = options.atOnce;
  same.queue = options.queue;
  same.maxAttempts = options.maxAttempts;
  same.backoff = options.backoff;
  same.onRun = options.onRun;
  return same;
}

}  // namespace

AsyncWorker::Impl::Impl(std::shared_ptr<const void> owner, actions::Context& context, jobs::JobRunner& runner,
                        jobs::DueTasks& tasks, Host host, const AsyncWorkerOptions& options)
    : owner_(std::move(owner)),
      context_(context),
      runner_(runner),
      tasks_(tasks),
      host_(std::move(host)),
      most_(jobs::Places::osThreads(options.atOnce)),
      doesDueTasks_(options.dueTasks),
      steps_(context, runner, workerOptionsOf(options), stopRequested_,
             [this](std::chrono::milliseconds pause) {
               stopNews_.waitFor(0, pause);
               return !stopRequested_;
             }) {}

void AsyncWorker::Impl::start() {
  host_.loop->post([self = shared_from_this()] { self->begin(); });
}

void AsyncWorker::Impl::stopUnlessAsked() {
  if (!stopRequested_) stop({});
}

void AsyncWorker::Impl::stop(std::function<void()> stopped) {
  stopRequested_ = true;
  stopNews_.notify();
  host_.loop->post([self = shared_from_this(), stopped = std::move(stopped)]() mutable {
    self->stopping_ = true;
    self->nextLook_.reset();
    self->nextTasks_.reset();
    if (stopped) self->stopped_.push_back(std::move(stopped));
    self->endIfStopped();
  });
}

template <class Work, class Next>
void AsyncWorker::Impl::step(Work work, Next next) {
  ++underWay_;
  host_.pool->post([self = shared_from_this(), work = std::move(work), next = std::move(next)]() mutable {
    auto done = work();
    const auto loop = self->host_.loop;
    loop->post([self = std::move(self), next = std::move(next), done = std::move(done)] {
      --self->underWay_;
      next(done);
      self->endIfStopped();
    });
  });
}

void AsyncWorker::Impl::begin() {
  nextLook_ = host_.loop->makeTimer();
  nextRenewal_ = host_.loop->makeTimer();
  nextRenewal_->start(steps_.firstRenewal(), [this] { renewLeases(); });
  stored_.emplace(context_.jobsStored, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->hearOfJobs();
  });
  look();
  if (!doesDueTasks_) return;
  nextTasks_ = host_.loop->makeTimer();
  doDueTasks();
}

/// On any OS thread.
void AsyncWorker::Impl::hearOfJobs() noexcept {
  if (toldOfJobs_.exchange(true)) return;
  try {
    host_.loop->post([self = shared_from_this()] {
      self->toldOfJobs_ = false;
      self->look();
    });
  } catch (...) {
    toldOfJobs_ = false;
    actions::logSafely(context_.logger, LogLevel::error,
                       "a job waits for the next look, because the loop took no work",
                       {{"error", support::whatWasThrown()}});
  }
}

void AsyncWorker::Impl::look() {
  if (stopping_ || jobs_ >= most_) return;  // looks again when one is finished
  looksAgain_ = looking_;
  if (std::exchange(looking_, true)) return;
  step(
      [this] {
        auto [ran, job] = steps_.claimJob();
        Question question = job ? steps_.prepare(*job) : std::nullopt;
        return std::pair{Job(std::move(job)), std::move(question)};
      },
      [this](const auto& found) { looked(found.first, found.second); });
}

void AsyncWorker::Impl::looked(const Job& job, const Question& question) {
  looking_ = false;
  if (job) {
    ++jobs_;
    if (!question) {
      finish(job, std::nullopt);
    } else if (*question) {
      ask(job, **question);
    } else {
      finish(job, tl::unexpected<std::string>(question->error()));
    }
  }
  if (job || looksAgain_) return look();
  if (!stopping_) nextLook_->start(context_.config.jobs.pollInterval, [this] { look(); });
}

void AsyncWorker::Impl::ask(const Job& job, const Thread& thread) {
  const DriverCompletion done([self = shared_from_this(), job](DriverOutcome outcome) {
    self->steps_.answered(*job);
    self->finish(job, std::move(outcome));
  });
  steps_.ask(*host_.driver, thread, *job, done);
}

/// On any OS thread.
void AsyncWorker::Impl::finish(Job job, std::optional<DriverOutcome> outcome) {
  host_.pool->post([self = shared_from_this(), job = std::move(job), outcome = std::move(outcome)]() mutable {
    self->steps_.finish(*job, outcome);
    job.reset();
    const auto loop = self->host_.loop;
    loop->post([self = std::move(self)] {
      --self->jobs_;
      self->look();
      self->endIfStopped();
    });
  });
}

void AsyncWorker::Impl::renewLeases() {
  step([this] { return steps_.renewLeases(); },
       [this](std::chrono::milliseconds next) {
         if (!ended_) nextRenewal_->start(next, [this] { renewLeases(); });
       });
}

void AsyncWorker::Impl::doDueTasks() {
  step([this] { return tasks_.run(); },
       [this](std::chrono::milliseconds next) {
         if (!stopping_) nextTasks_->start(next, [this] { doDueTasks(); });
       });
}

void AsyncWorker::Impl::endIfStopped() {
  if (!stopping_ || jobs_ > 0 || underWay_ > 0) return;
  if (ended_) {
    for (const auto& each : std::exchange(stopped_, {})) each();
    return;
  }
  step(
      [this] {
        runner_.storeWhatIsLeft();
        if (doesDueTasks_) tasks_.flushLast();
        return true;
      },
      [this](bool) {
        ended_ = true;
        stored_.reset();
        nextRenewal_.reset();
      });
}

}  // namespace messenger
