#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "messenger/contracts/presenter.hpp"
#include "messenger/contracts/thread_directory.hpp"
#include "messenger/export.hpp"
#include "messenger/jobs/scheduler.hpp"
#include "messenger/model/call.hpp"
#include "messenger/model/call_participant.hpp"
#include "messenger/model/call_ring.hpp"
#include "messenger/model/call_session.hpp"
#include "messenger/model/time.hpp"
#include "messenger/result.hpp"

namespace messenger::inline v0 {

class MessengerImpl;  // the implementation; not for hosts

/// Whether `callsDown` and `checkActivity` do their work before they return, or store a job for it.
enum class When : std::uint8_t { now, queued };

/// What the host itself does with calls: no permission is checked, and no result contains a room. Returned by
/// `Messenger::host`; lives as long as the Messenger. Thread-safe; fails as the verbs of Messenger do.
class MESSENGER_EXPORT Host {
 public:
  /// For the library: `Messenger::host` returns one.
  explicit Host(MessengerImpl& impl) noexcept : impl_(impl) {}
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  ~Host() = default;

  // Verbs

  /// Ends a call with EndReason::host. Refuses: callNotFound, callEnded.
  Result<Call> endCall(const CallId& call);

  /// For an active call whose room the provider has lost, for example when its server restarted: stores a
  /// SetupCall that makes a new room. The call counts as not set up until CallSetupCompleted comes again.
  /// True: the job is stored. False: nothing changed, because the call has ended or its setup is pending.
  /// Safe to repeat. Refuses: callNotFound.
  Result<bool> renewRoom(const CallId& call);

  /// A user is no longer a member of a thread: takes them out of its active call, as a leave, and announces
  /// MemberRemoved. A join or start of theirs that is under way does not get in any more.
  /// For a host with its own directory, after its own change; again after a crash in between, as they stay in
  /// the call until then. Safe to repeat. `threads().removeMember` needs no such call.
  void memberRemoved(const ThreadId& thread, const UserId& user);

  // Queries

  /// A call by its id, active or not; nothing when there is none.
  [[nodiscard]] std::optional<Call> findCall(const CallId& call) const;
  /// A participant by id; nothing when there is none.
  [[nodiscard]] std::optional<CallParticipant> findParticipant(const ParticipantId& participant) const;
  /// Everyone who was ever in the call, in the order of joining, after a `CallParticipant::sequence`; empty
  /// when there is no such call.
  [[nodiscard]] std::vector<CallParticipant> participants(
      const CallId& call, std::int64_t after = 0,
      std::size_t limit = std::numeric_limits<std::int32_t>::max()) const;
  /// The devices with which a user is or was in a call: as many as the storage keeps, in no particular order,
  /// without their media ids. Empty when there is no such call, or they never joined.
  [[nodiscard]] std::vector<CallSession> sessions(const CallId& call, const UserId& user) const;
  /// Everyone who was ever rung in a call, in no particular order; empty when there is no such call.
  [[nodiscard]] std::vector<CallRing> rings(const CallId& call) const;
  /// Active calls in the order of creation, after a `Call::sequence`.
  [[nodiscard]] std::vector<Call> activeCalls(std::int64_t after, std::size_t limit) const;
  /// The wall-clock time of a moment of the storage's clock, by the wall clock as it is now: for people.
  [[nodiscard]] TimePoint wallTimeOf(StorageTime moment) const;
  /// The directory in use.
  [[nodiscard]] const ThreadDirectory& directory() const noexcept;

  /// What adds the host's own fields to payloads (`Dependencies::presenter`); null when there is none.
  [[nodiscard]] const Presenter* presenter() const noexcept;

  // Presence

  /// Evicts the participants who were provably silent for a whole TTL, in calls older than
  /// `Config::presence.newCallGrace`; a call that empties ends. Returns how many calls were checked (0 when
  /// calling is disabled). `When::queued` stores a job instead.
  std::size_t checkActivity(When when = When::now);

  /// Reports the heartbeats received lately to the storage, and untracks participants who left through
  /// another process.
  void flushPresence();

  /// Starts one OS thread that does both at their intervals, and prunes as `Config::retention` says.
  Scheduler startScheduler();

  /// Does whichever of these is due now, for a host with its own loop; call it about once a second. A call
  /// that comes much too late counts as a stall: everyone gets a TTL of grace. Returns how long to wait at
  /// most before the next call. `Messenger::poll` does this and also runs jobs.
  std::chrono::milliseconds runDueTasks();

  // Metrics

  /// Sets the gauges of `Dependencies::metrics`, before they are read: reading them costs three queries of
  /// the storage, which grow with what is active (calls, rings, sessions, jobs) and not with the history.
  /// Does nothing without metrics. Throws StorageError when the storage does not answer; the gauges may then
  /// be as they were. What the metrics throw is ignored.
  void measure() const;

  // Maintenance

  /// Takes calls down for a while: every start is refused, and every active call ends
  /// (EndReason::maintenance). Holds for all processes on this storage. Returns how many calls were active.
  /// Refuses: invalidInput unless the duration is positive and at most 10 years, callingDisabled.
  Result<std::size_t> callsDown(std::chrono::seconds duration, When when = When::queued);

  /// Allows calls again. True: they were down.
  bool callsUp();

  /// Whether calls are refused now because of `callsDown`.
  [[nodiscard]] bool callsAreDown() const;

  // Retention

  /// Deletes up to `limit` calls that ended longer ago than this on the storage's clock, with their
  /// participants, the oldest first: those whose room is gone and that have no job left, failed ones
  /// included. In small transactions, so that other changes are not kept waiting. Returns how many were
  /// deleted: fewer than `limit` when no more can be. The newest call may stay. A failure leaves what was
  /// deleted before it deleted. Refuses: invalidInput unless `olderThan` is within the bounds of
  /// `Config::Retention`.
  Result<std::size_t> prune(std::chrono::hours olderThan, std::size_t limit = 1000);

  /// A user is to be forgotten: goes out of active calls, as if removed from their threads; is taken off the
  /// threads of the storage's own directory, with the name; and in all calls another user stands in their
  /// place, `erased:` and a random id, the same in each. Returns in how many calls. To be called once nothing
  /// acts for the user any more, and before a host's own directory forgets who their threads were. In small
  /// transactions; after a failure, or a crash, to be repeated: the calls that are left get another id then.
  std::size_t eraseUser(const UserId& user);

  /// How many calls `prune` would delete without a limit. Refuses as it does.
  [[nodiscard]] Result<std::size_t> prunable(std::chrono::hours olderThan) const;

 private:
  [[nodiscard]] MessengerImpl& here() const;

  MessengerImpl& impl_;
};

}  // namespace messenger
