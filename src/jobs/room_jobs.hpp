#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "actions/engine.hpp"
#include "jobs/attempt.hpp"
#include "jobs/persistence.hpp"
#include "messenger/contracts/async_video_driver.hpp"
#include "messenger/contracts/video_driver.hpp"

namespace messenger::inline v0::jobs {

/// What the driver is asked to do for a job, as `Metric::driverOperation` has it. REQUIRES: `RoomJobs::asks`.
[[nodiscard]] std::string_view driverOperation(JobType type) noexcept;
[[nodiscard]] constexpr std::string_view driverResult(bool done) noexcept {
  return done ? "ok" : "failed";
}

/// What SetupCall, TeardownCall and RemoveFromRoom do at the provider. The driver runs first, with no lock
/// and no open transaction; then a rule records the outcome. Who does not wait for the driver takes the
/// halves one by one.
class RoomJobs {
 public:
  RoomJobs(actions::Context& context, actions::Engine& engine) : context_(context), engine_(engine) {}

  /// Whether the driver is to be asked: else the call needs no more of it, or the job is of another type.
  [[nodiscard]] static bool asks(const JobQueue::ClaimedJob& claimed);

  /// Asks a driver and waits for it. REQUIRES: asks.
  [[nodiscard]] DriverOutcome ask(const VideoDriverFactory& drivers,
                                  const JobQueue::ClaimedJob& claimed) const;

  /// What an asynchronous driver needs to know besides, or why it need not be asked. REQUIRES: asks.
  [[nodiscard]] BasicResult<Thread, std::string> prepare(const JobQueue::ClaimedJob& claimed) const;
  /// Asks an asynchronous driver. REQUIRES: asks. Throws what it throws.
  static void ask(AsyncVideoDriver& driver, const Thread& thread, const JobQueue::ClaimedJob& claimed,
                  const DriverCompletion& done);
  /// What an asynchronous driver reported, fit to be stored and shown.
  [[nodiscard]] static DriverOutcome checked(DriverOutcome outcome, const JobQueue::ClaimedJob& claimed);

  /// Records what the driver did; no outcome when it was not asked. Nothing of the call changes when a
  /// session was taken out. Throws NotStored when it could not be stored.
  Attempt conclude(const JobQueue::ClaimedJob& claimed, const std::optional<DriverOutcome>& outcome,
                   const Persistence& persist);

  /// Has the driver let a session into the room. Nothing when the driver has no `access`; throws the reason
  /// when it did not.
  [[nodiscard]] std::optional<RoomCredentials> admit(const VideoDriverFactory& drivers,
                                                     const CallWithRoom& call,
                                                     const CallSession& session) const;

  /// For a `create` that failed after its claim was lost. REQUIRES: the claim is settled or lost.
  void reportLateRoom(const CallId& call);

  /// Gives the job up after its last attempt, or throws NotStored. `failed` settles the job; a failed setup
  /// ends the call.
  Attempt giveUpSetup(const JobQueue::ClaimedJob& claimed, const Settlement& failed,
                      const Persistence& persist);
  Attempt giveUpTeardown(const JobQueue::ClaimedJob& claimed, const Settlement& failed,
                         const Persistence& persist);

 private:
  using ClaimRule = std::function<rules::Decision(const CallState&, bool claimHolds, rules::Now)>;
  /// Runs a rule that settles the claim. When the claim is lost, runs it again without the claim.
  Attempt record(const CallState& claimed, const Persistence& persist, const ClaimRule& rule);
  Attempt recordTeardown(const JobQueue::ClaimedJob& claimed, const Persistence& persist);

  actions::Context& context_;
  actions::Engine& engine_;
};

}  // namespace messenger::jobs
