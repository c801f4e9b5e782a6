#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "messenger/contracts/thread_directory.hpp"
#include "messenger/jobs/scheduler.hpp"
#include "messenger/model/call.hpp"
#include "messenger/model/call_participant.hpp"
#include "messenger/model/time.hpp"
#include "messenger/result.hpp"

namespace messenger {

class MessengerImpl;  // what stands behind; not for hosts

/// Whether `callsDown` and `checkActivity` work before they return, or leave a job.
enum class When : std::uint8_t { now, queued };

/// What the host itself does with calls: no policy is asked, and what is returned never has a room. Reached
/// by `Messenger::host`, lives as long as the Messenger. Thread-safe; fails as Messenger's verbs do.
class Host {
 public:
  explicit Host(MessengerImpl& impl) noexcept : impl_(impl) {}
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  ~Host() = default;

  // Verbs

  /// Ends a call whoever is in it, with EndReason::host. Refuses: callNotFound, callEnded.
  Result<Call> endCall(const CallId& call);

  /// The provider has lost the room of an active call, as after a restart of its server: makes a new one by a
  /// SetupCall, until which the call counts as not set up; CallSetupCompleted then comes again. True: the job
  /// is stored. False, and nothing is changed: the call has ended, or its setup is on its way anyhow. Safe to
  /// repeat. Refuses: callNotFound.
  Result<bool> renewRoom(const CallId& call);

  /// A user is no longer a member of a thread: takes them out of its active call, as a leave, and announces
  /// MemberRemoved. A join or start of theirs that is under way does not get in any more.
  /// For a host with its own directory, after its own change; again after a crash in between, as they stay in
  /// the call until then. Safe to repeat. `threads().removeMember` needs no such call.
  void memberRemoved(const ThreadId& thread, const UserId& user);

  // Queries

  [[nodiscard]] std::optional<Call> findCall(const CallId& call) const;
  [[nodiscard]] std::optional<CallParticipant> findParticipant(const ParticipantId& participant) const;
  /// Everyone who was ever in the call, in the order of joining, behind a `CallParticipant::sequence`; empty
  /// when there is no such call.
  [[nodiscard]] std::vector<CallParticipant> participants(
      const CallId& call, std::int64_t after = 0,
      std::size_t limit = std::numeric_limits<std::int32_t>::max()) const;
  /// Active calls in the order of creation, behind a `Call::sequence`.
  [[nodiscard]] std::vector<Call> activeCalls(std::int64_t after, std::size_t limit) const;
  /// When a moment of the storage's clock comes, or came, as the wall clock tells it now: for people.
  [[nodiscard]] TimePoint wallTimeOf(StorageTime moment) const;
  /// The directory in use.
  [[nodiscard]] const ThreadDirectory& directory() const noexcept;

  // Presence

  /// Evicts the participants whose silence for the TTL is evident, in calls older than
  /// `Config::presence.newCallGrace`; a call that empties ends. Returns how many calls were looked at (0 when
  /// calling is disabled). `queued` leaves a job.
  std::size_t checkActivity(When when = When::now);

  /// Reports the heartbeats received lately to the storage, and untracks who left by way of another process.
  void flushPresence();

  /// Starts one OS thread that does both in their time.
  Scheduler startScheduler();

  /// Does of both what is due now, for a host that has a loop of its own; call it every second or so. A call
  /// that comes much later than the last one due is taken for a stall: everyone gets a TTL of grace. Returns
  /// when it wants to be called next. `Messenger::poll` does this and jobs.
  std::chrono::milliseconds runDueTasks();

  // Maintenance

  /// Takes calling down for a while: no start succeeds until then, every active call ends
  /// (EndReason::maintenance), seen by all processes on this storage. Returns how many calls were active.
  /// Refuses: invalidInput unless the duration is positive and at most 10 years, callingDisabled.
  Result<std::size_t> callsDown(std::chrono::seconds duration, When when = When::queued);

  /// Takes calling up again. True: it was down.
  bool callsUp();

  [[nodiscard]] bool callsAreDown() const;

 private:
  MessengerImpl& impl_;
};

}  // namespace messenger
