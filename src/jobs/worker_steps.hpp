#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "jobs/job_runner.hpp"
#include "jobs/places.hpp"
#include "messenger/jobs/worker.hpp"

namespace messenger::inline v0::jobs {

/// A job of a worker, from before it is looked for until it is settled: it has its place, and its lease is
/// renewed.
struct WorkerJob {
  explicit WorkerJob(Places& places) : place(places) {}

  Places::Held place;
  std::optional<JobQueue::ClaimedJob> claimed{};
  std::optional<Leases::Held> held{};
  // When an asynchronous driver was asked, and answered.
  std::optional<SteadyPoint> asked{};
  SteadyPoint answered{};
};

/// What the OS threads of a worker do, one step at a time: who has none can take the same steps. Thread-safe.
class WorkerSteps {
 public:
  /// Nothing is claimed once `stops` is set. `pause` is how a job waits before it tries again to store what
  /// it did (`Persistence`). Throws std::invalid_argument for options out of bounds. `context`, `runner` and
  /// `stops` outlive this object.
  WorkerSteps(actions::Context& context, JobRunner& runner, const WorkerOptions& options,
              const std::atomic<bool>& stops, Persistence::Pause pause);
  WorkerSteps(const WorkerSteps&) = delete;
  WorkerSteps& operator=(const WorkerSteps&) = delete;
  ~WorkerSteps() = default;

  enum class Ran : std::uint8_t {
    aJob,
    foundNothing,
    foundNothingUrgent,  ///< it did not look for others, which all other threads may have been running
    failed,              ///< the claim: nobody looked
  };

  /// Runs the most urgent job that is available and for which there is a place. `onClaimed` is called before
  /// the job runs.
  Ran runJob(const std::function<void()>& onClaimed) noexcept;

  // The same step in parts, for who does not wait for a driver. The first and the last wait for the storage.

  /// Claims that job: not null exactly when it is `aJob`.
  std::pair<Ran, std::unique_ptr<WorkerJob>> claimJob() noexcept;

  /// What an asynchronous driver is to be asked with. Nothing: it is not to be asked.
  std::optional<BasicResult<Thread, std::string>> prepare(const WorkerJob& job) noexcept;

  /// Asks the driver, unless the lease has ended. `done` is told what it throws.
  void ask(AsyncVideoDriver& driver, const Thread& thread, WorkerJob& job,
           const DriverCompletion& done) noexcept;

  /// To be called when the driver has reported, before `finish`: for the metrics.
  void answered(WorkerJob& job) const noexcept { job.answered = context_.meter.begin(); }

  /// Settles the job with what the driver reported, or runs one that nobody has asked a driver for. False: it
  /// threw, which is logged.
  bool finish(WorkerJob& job, const std::optional<DriverOutcome>& outcome) noexcept;

  /// Renews the leases of all jobs that run. Returns after which time that is to be done again.
  std::chrono::milliseconds renewLeases();

  /// After which time the leases are to be renewed first.
  [[nodiscard]] std::chrono::milliseconds firstRenewal() const;

  [[nodiscard]] const RunPolicy& policy() const noexcept { return policy_; }

 private:
  actions::Context& context_;
  JobRunner& runner_;
  Places places_;
  Leases leases_;
  RunPolicy policy_;
  const std::atomic<bool>& stops_;
};

}  // namespace messenger::jobs
