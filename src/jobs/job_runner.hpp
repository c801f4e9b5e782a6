#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "jobs/late_rooms.hpp"
#include "jobs/leases.hpp"
#include "jobs/outage.hpp"
#include "jobs/persistence.hpp"
#include "jobs/room_jobs.hpp"
#include "messenger/jobs/worker.hpp"

namespace messenger::inline v0::jobs {

/// How jobs are claimed and retried: by the config, or by the options of a worker.
struct RunPolicy {
  std::string queue;
  Config::Jobs jobs;
  Duration lease = Duration::zero();
  Leases* renewedBy = nullptr;
  /// How what a job did is stored while the storage does not answer (`Persistence`). Without a pause it is
  /// not tried again.
  Persistence::Pause pause;
  std::chrono::milliseconds patience{};
  std::function<void(const JobRun&)> onRun;
  std::function<bool()> stopRequested;
};

/// How many jobs that ask the provider a worker runs at a time, at most.
inline constexpr std::size_t mostThreads = 256;

/// Changes the policy as a worker's options ask. Throws std::invalid_argument, whose text names the option
/// out of bounds.
void applyOptions(RunPolicy& policy, const WorkerOptions& options);

/// The only path for jobs: claim, run, settle. Workers, `Jobs::runPending` and synchronous mode all use it.
/// Thread-safe.
class JobRunner {
 public:
  /// `drivers` returns the factory to use when a job begins.
  JobRunner(actions::Context& context, actions::Engine& engine, std::function<VideoDriverFactory()> drivers);

  /// The policy of the config, for an OS thread whose leases are not renewed, and whose caller waits: what a
  /// job did is tried to be stored for a second.
  [[nodiscard]] RunPolicy unattended() const;

  /// Claims and runs the job that is available first. Returns nothing when none is available. Throws
  /// StorageError when the claim fails; afterwards nothing.
  std::optional<JobRun> runNext(const RunPolicy& policy);

  // The same in halves, for a worker, which may do something else in between.

  /// Claims any other job before a setup, and none less urgent than this. Throws as `runNext`.
  std::optional<JobQueue::ClaimedJob> claimMostUrgent(const RunPolicy& policy, JobClass leastUrgent);

  /// Runs a job and settles it. `held` is its lease, let go when it is settled.
  JobRun run(const RunPolicy& policy, const JobQueue::ClaimedJob& claimed, std::optional<Leases::Held>& held);

  /// Whether a driver is to be asked for this job, and was not too often.
  [[nodiscard]] bool asksDriver(const RunPolicy& policy, const JobQueue::ClaimedJob& claimed) const;
  [[nodiscard]] const RoomJobs& rooms() const noexcept { return rooms_; }

  /// Settles a job whose driver was asked by somebody else, with this outcome.
  JobRun conclude(const RunPolicy& policy, const JobQueue::ClaimedJob& claimed, const DriverOutcome& outcome,
                  std::optional<Leases::Held>& held);

  /// A last attempt to store what could not be stored before, by a worker that ends: its process may end,
  /// too. A failure is logged.
  void storeWhatIsLeft() noexcept;

  /// Asks the host. What it throws is logged, and means yes.
  [[nodiscard]] bool shouldStop(const RunPolicy& policy) const noexcept;

  /// `runNext`, one after another, at most `limit`, until the host wants to stop.
  std::vector<JobRun> runPending(const RunPolicy& policy, std::size_t limit);

  /// Runs the available jobs of this call, one after another. Returns the call as they left it, if any ran.
  /// Jobs that cannot be claimed are left to a worker.
  std::optional<Call> runCall(const CallId& call) noexcept;

  /// The storage did not answer when leases were to be renewed.
  void noticeOutage() noexcept { outage_.notice(context_.now().storage); }

  /// Runs just this job, if it can be claimed; otherwise it is left to a worker.
  void runJob(const JobId& job) noexcept;

 private:
  struct Ran {
    JobRun run;
    std::optional<Call> call;
  };

  /// Asks the driver, if it is to be asked.
  using Ask = std::function<std::optional<DriverOutcome>()>;

  std::optional<JobQueue::ClaimedJob> claim(const JobQueue::ClaimRequest& request);
  std::optional<Ran> claimAndRun(const RunPolicy& policy, const JobQueue::ClaimRequest& request);
  Ran run(const RunPolicy& policy, const JobQueue::ClaimedJob& claimed, const Ask& ask,
          std::optional<Leases::Held>& held);
  [[nodiscard]] std::optional<DriverOutcome> askDriver(const JobQueue::ClaimedJob& claimed,
                                                       const Leases::Held& held);
  JobOutcome attempt(const RunPolicy& policy, const JobQueue::ClaimedJob& claimed, const Ask& ask,
                     const Persistence& persist, std::optional<Call>& after);
  Attempt perform(const RunPolicy& policy, const JobQueue::ClaimedJob& claimed, const Ask& ask,
                  const Persistence& persist);
  JobOutcome fail(const RunPolicy& policy, const JobQueue::ClaimedJob& claimed, const std::string& error,
                  const Persistence& persist, std::optional<Call>& after);
  Attempt giveUp(const JobQueue::ClaimedJob& claimed, const Settlement& failed, const Persistence& persist);
  [[nodiscard]] Attempt settle(const Settlement& settlement, const Persistence& persist);
  [[nodiscard]] int maxAttempts(const RunPolicy& policy, JobType type) const;
  [[nodiscard]] JobQueue::ClaimRequest claimFor(const RunPolicy& policy) const;
  void reportLateRooms();
  void measure(const RunPolicy& policy, const Job& job, JobOutcome outcome);

  actions::Context& context_;
  actions::Engine& engine_;
  RoomJobs rooms_;
  Outage outage_;
  LateRooms lateRooms_;
  std::function<VideoDriverFactory()> drivers_;
};

}  // namespace messenger::jobs
