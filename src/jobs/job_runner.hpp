#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "actions/actions.hpp"
#include "jobs/leases.hpp"
#include "messenger/jobs/worker.hpp"

namespace messenger::jobs {

/// How jobs are taken and retried: the config's way, or a worker's own.
struct RunPolicy {
  std::string queue;
  Config::Jobs jobs;
  Duration lease = Duration::zero();
  Leases* renewedBy = nullptr;
  std::function<void(const JobRun&)> onRun;
};

/// Changes the policy as a worker's options ask. Throws std::invalid_argument that names the option out of
/// bounds.
void applyOptions(RunPolicy& policy, const WorkerOptions& options);

/// The one path of all jobs: claim, run, settle. Workers, `runPendingJobs` and synchronous mode differ only
/// in who calls it. Thread-safe.
class JobRunner {
 public:
  /// `drivers` gives the factory in force when a job begins.
  JobRunner(actions::Context& context, std::function<VideoDriverFactory()> drivers);

  /// The config's way, for a thread that nobody renews the leases of.
  [[nodiscard]] RunPolicy unattended() const;

  /// Claims and runs the job that is available first. Returns nothing when none is. Throws StorageError when
  /// the claim fails; afterwards nothing.
  std::optional<JobRun> runNext(const RunPolicy& policy);

  /// The same, one after another, at most `limit`.
  std::vector<JobRun> runPending(const RunPolicy& policy, std::size_t limit);

  /// Synchronous mode: runs the jobs that a verb caused, and what they cause. Does nothing in deferred mode.
  void runInline(actions::FollowUps& followUps) noexcept;

  /// Runs just these, in either mode, and in synchronous mode what had to wait for them. One that another is
  /// running, or that cannot be claimed, is left to it, or to a worker. What they cause is noted in
  /// `followUps`.
  void runThese(const std::vector<JobId>& jobs, actions::FollowUps& followUps) noexcept;

 private:
  std::optional<JobRun> runOne(const RunPolicy& policy, const ClaimParams& params,
                               actions::FollowUps& followUps);
  JobRun run(const RunPolicy& policy, const ClaimedJob& claimed, actions::FollowUps& followUps);
  JobOutcome attempt(const RunPolicy& policy, const ClaimedJob& claimed, actions::FollowUps& followUps);
  actions::RoomTry perform(const RunPolicy& policy, const ClaimedJob& claimed, actions::FollowUps& followUps);
  JobOutcome fail(const RunPolicy& policy, const ClaimedJob& claimed, const std::string& error,
                  actions::FollowUps& followUps);
  bool giveUp(const ClaimedJob& claimed, const Settlement& parked, actions::FollowUps& followUps);
  [[nodiscard]] int triesOf(const RunPolicy& policy, JobType type) const;
  [[nodiscard]] ClaimParams claimFor(const RunPolicy& policy) const;
  void runWaitingFor(const RunPolicy& policy, const CallId& call, actions::FollowUps& followUps);

  actions::Context& context_;
  std::function<VideoDriverFactory()> drivers_;
};

}  // namespace messenger::jobs
