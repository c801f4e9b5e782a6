#pragma once

#include <functional>
#include <optional>
#include <string>

#include "actions/engine.hpp"
#include "jobs/attempt.hpp"
#include "jobs/persistence.hpp"
#include "messenger/contracts/video_driver.hpp"

namespace messenger::jobs {

/// What SetupCall and TeardownCall do at the provider. The driver runs first, with no lock and no open
/// transaction; then a rule records the outcome.
class RoomJobs {
 public:
  RoomJobs(actions::Context& context, actions::Engine& engine) : context_(context), engine_(engine) {}

  // All throw NotStored when the outcome could not be stored.

  Attempt setUp(const VideoDriverFactory& drivers, const JobQueue::ClaimedJob& claimed,
                const Persistence& persist);
  Attempt tearDown(const VideoDriverFactory& drivers, const JobQueue::ClaimedJob& claimed,
                   const Persistence& persist);
  /// Changes nothing of the call. Not needed when the call has ended, as its room goes then.
  static Attempt removeSession(const VideoDriverFactory& drivers, const JobQueue::ClaimedJob& claimed);

  /// Has the driver let a session into the room. Nothing when the driver has no `access`; throws the reason
  /// when it did not.
  [[nodiscard]] static std::optional<RoomCredentials> admit(const VideoDriverFactory& drivers,
                                                            const CallWithRoom& call,
                                                            const CallSession& session);

  /// For a `create` that failed after its claim was lost. REQUIRES: the claim is settled or lost.
  void reportLateRoom(const CallId& call);

  /// Gives the job up after its last attempt. `failed` settles the job; a failed setup ends the call.
  Attempt giveUpSetup(const JobQueue::ClaimedJob& claimed, const Settlement& failed,
                      const Persistence& persist);
  Attempt giveUpTeardown(const JobQueue::ClaimedJob& claimed, const Settlement& failed,
                         const Persistence& persist);

 private:
  using ClaimRule = std::function<rules::Decision(const CallState&, bool claimHolds, rules::Now)>;
  /// Runs a rule that settles the claim. When the claim is lost, runs it again without the claim.
  Attempt record(const CallState& claimed, const Persistence& persist, const ClaimRule& rule);

  actions::Context& context_;
  actions::Engine& engine_;
};

}  // namespace messenger::jobs
