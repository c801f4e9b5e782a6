#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "jobs/job_runner.hpp"
#include "jobs/places.hpp"
#include "messenger/jobs/worker.hpp"

namespace messenger::jobs {

/// What the OS threads of a worker do, one step at a time: who has none can take the same steps. Thread-safe.
class WorkerSteps {
 public:
  /// `pause` is how a job waits before it tries again to store what it did (`Persistence`). Throws
  /// std::invalid_argument for options out of bounds. `context` and `runner` outlive this object.
  WorkerSteps(actions::Context& context, JobRunner& runner, const WorkerOptions& options,
              Persistence::Pause pause);
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
};

}  // namespace messenger::jobs
