#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "messenger/contracts/thread_store.hpp"
#include "messenger/model/call.hpp"
#include "messenger/model/call_participant.hpp"
#include "messenger/model/job.hpp"

namespace messenger {

// The parameters and outcomes of Storage's operations. A follow-up job (`jobs`, `onEnd`) is stored in the
// transaction of the change that causes it, and only when that change happens.

enum class StartStatus : std::uint8_t { started, alreadyActive, down };

struct StartChange {
  CallId call;
  ThreadId thread;
  UserId owner;
  ParticipantId participant;  ///< for the starter's row
  TimePoint now;
  InstanceId heardBy{};
  std::vector<NewJob> jobs;
};

struct StartOutcome {
  StartStatus status = StartStatus::started;
  std::optional<Call> call;                    ///< when started
  std::optional<CallParticipant> participant;  ///< when started: the starter's row
};

enum class JoinStatus : std::uint8_t { noCall, ended, kicked, alreadyIn, rejoined, joined };

struct JoinChange {
  CallId call;
  UserId user;
  ParticipantId participant;  ///< for a new row; unused when the user has one
  TimePoint now;
  InstanceId heardBy{};
};

struct JoinOutcome {
  JoinStatus status = JoinStatus::noCall;
  std::optional<Call> call;  ///< unless `noCall`: as it is now
  std::optional<CallParticipant>
      participant;  ///< when `alreadyIn`, `rejoined`, `joined`: the row as it is now
};

enum class LeaveStatus : std::uint8_t { noCall, ended, notInCall, left };

struct LeaveChange {
  CallId call;
  UserId user;
  TimePoint now;
  EndReason ifEmpty = EndReason::lastLeft;  ///< why the call ends when nobody is left in it
  std::vector<NewJob> onEnd;
};

struct LeaveOutcome {
  LeaveStatus status = LeaveStatus::noCall;
  std::optional<Call> call;                    ///< unless `noCall`: as it is now
  std::optional<CallParticipant> participant;  ///< the user's row as it is now, if there is one
  bool endedCall = false;                      ///< this change emptied the call and ended it
};

enum class KickStatus : std::uint8_t { noCall, ended, actorNotInCall, noParticipant, unchanged, changed };

struct KickChange {
  CallId call;
  UserId actor;               ///< must be in the call and not kicked
  ParticipantId participant;  ///< the one it is about, of this call
  bool kicked = true;
  TimePoint now;
  std::vector<NewJob> onEnd;
};

struct KickOutcome {
  KickStatus status = KickStatus::noCall;
  std::optional<Call> call;                    ///< unless `noCall`: as it is now
  std::optional<CallParticipant> participant;  ///< when `unchanged`, `changed`: the row as it is now
  bool endedCall = false;                      ///< the kick emptied the call and ended it (`lastLeft`)
};

/// How a claimed job is put back or away. Guarded by the token of the claim.
struct Settlement {
  enum class Kind : std::uint8_t {
    done,   ///< the row goes
    retry,  ///< unleased, available again at `availableAt`, with `error`
    park,   ///< unleased, parked, with `error`
  };
  JobId job;
  std::int64_t token = 0;
  Kind kind = Kind::done;
  TimePoint availableAt;
  std::string error;
};

enum class EndStatus : std::uint8_t { noCall, alreadyEnded, actorNotInCall, actorHasJoined, lostJob, ended };

struct EndChange {
  CallId call;
  EndReason reason = EndReason::hungUp;
  std::optional<UserId> by;           ///< stored as `endedBy`
  std::optional<UserId> mustBeIn;     ///< guard: this user is in the call and not kicked
  std::optional<UserId> mustBeOut;    ///< guard: this user has no row in the call
  std::optional<Settlement> settles;  ///< guard and part of the change: a job that ends with it
  TimePoint now;
  std::vector<NewJob> onEnd;
};

struct EndOutcome {
  EndStatus status = EndStatus::noCall;
  std::optional<Call> call;             ///< unless `noCall`: as it is now
  std::vector<CallParticipant> putOut;  ///< when `ended`: those who were in the call, as they are now
};

enum class SetupStatus : std::uint8_t { recorded, lost, lateRoom };

struct SetupChange {
  CallId call;
  JobId job;
  std::int64_t token = 0;
  Room room;
  TimePoint now;
  std::vector<NewJob> ifLate;  ///< a TeardownCall
};

struct SetupOutcome {
  SetupStatus status = SetupStatus::lost;
  std::optional<Call> call;  ///< as it is now; nothing when the call is unknown
};

enum class TeardownStatus : std::uint8_t { tornDown, again, lost };

struct TeardownChange {
  CallId call;
  JobId job;
  std::int64_t token = 0;
  TimePoint now;
  std::optional<std::int64_t> revision{};  ///< guard: the call's revision is still this one
};

struct TeardownOutcome {
  TeardownStatus status = TeardownStatus::lost;
  std::optional<Call> call;
};

enum class RenewStatus : std::uint8_t { noCall, ended, notSetUp, waiting, renewed };

struct RenewChange {
  CallId call;
  TimePoint now;
  NewJob setup;  ///< a SetupCall
};

struct RenewOutcome {
  RenewStatus status = RenewStatus::noCall;
  std::optional<Call> call;  ///< unless `noCall`: as it is now
};

struct ClaimParams {
  std::string queue;
  TimePoint now;
  TimePoint leaseUntil;
  std::optional<JobId> job;    ///< this one only
  std::optional<CallId> call;  ///< jobs of this call only
};

struct ClaimedJob {
  Job job;                   ///< `attempts`, `token` and `leasedUntil` already of this claim
  std::optional<Call> call;  ///< the job's call, with its room
  bool beginsCreate =
      false;  ///< a SetupCall whose call is active and not set up; `roomMayExist` is stored by now
};

struct JobQuery {
  bool parked = false;     ///< parked ones, or those that are not
  std::int64_t after = 0;  ///< a `Job::sequence`; 0 for the beginning
  std::size_t limit = 100;
};

struct JobCounts {
  std::size_t waiting = 0;  ///< neither running nor parked
  std::size_t running = 0;  ///< with a lease that holds
  std::size_t parked = 0;
  std::optional<TimePoint> nextAt;  ///< the earliest `availableAt` of those waiting
};

struct DownChange {
  TimePoint until;
  TimePoint now;
  std::optional<NewJob> sweep;  ///< stored when a call is active; its `cutoff` is filled in
};

/// Some active calls, by number and by the highest of their sequences.
struct ActiveSummary {
  std::size_t count = 0;
  std::int64_t cutoff = 0;
};

struct HistoryQuery {
  ThreadId thread;
  std::optional<std::int64_t> before;  ///< a `Call::sequence`: only older calls
  std::size_t limit = 25;
  UserId viewer;
};

struct HistoryPage {
  std::vector<CallSnapshot> calls;  ///< newest first
  bool more = false;                ///< older ones exist
  std::size_t total = 0;            ///< all calls of the thread
};

/// The last heartbeats heard by one Messenger object.
struct HeartbeatBatch {
  InstanceId heardBy{};
  TimePoint listeningSince;  ///< from when on it could hear without a gap
  TimePoint now;
  std::vector<std::pair<InCallKey, TimePoint>> heard;
};

/// Others that hear heartbeats on this storage.
struct Listeners {
  std::size_t count = 0;                          ///< those that wrote since the time asked for
  std::optional<TimePoint> latestListeningSince;  ///< of those: the one that began last
};

/// Somebody in an active call, and when they were last heard as far as the storage knows.
struct StoredPresence {
  InCallKey who;
  TimePoint lastHeard;
  InstanceId heardBy{};
  std::int64_t sequence = 0;  ///< of the participant's row
};

struct SilentQuery {
  TimePoint heardAtOrBefore;
  std::int64_t cutoff = 0;              ///< calls up to this `Call::sequence`
  std::optional<StoredPresence> after;  ///< continue behind this one
  std::size_t limit = 100;
};

/// Where calls, participants, jobs and the maintenance switch live.
///
/// Each operation is atomic and isolated: one transaction, all or nothing, however many threads and processes
/// work on the same data. An operation whose guard does not hold reports what it found and changes nothing.
/// What it reports as done is durable to the degree configured. The policy (who may) is not its affair, the
/// rules below are:
///
/// - a thread has at most one active call; a call has at most one row for each user. Enforced by the database
/// itself where
///   there is one, not by looking first.
/// - in the call: a row with `leftAt` empty. Being kicked sets `leftAt`. An ended call has nobody in it.
/// - `sequence` grows with each new call, participant and job, and is never given twice while rows remain.
///   `revision` of a call grows with each change to it or to its participants.
/// - `updatedAt` of what changed becomes `now`.
///
/// Implementations must be thread-safe, may block for as long as their timeouts say, and must not call back
/// into the library. They throw StorageError when the world failed; the transaction is then rolled back (an
/// unknown outcome of a commit is StorageUnavailable). Conformance suite: `testing::storageSuite`. Shipped:
/// SQLite, memory.
class Storage {
 public:
  Storage() = default;
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;
  virtual ~Storage() = default;

  // Changes of calls

  /// Stores an active call with its starter in it (heard `now` by `heardBy`). Refuses when the thread has an
  /// active call, and when calls are down at `now`.
  virtual StartOutcome startCall(const StartChange& change) = 0;

  /// Puts the user in the call: a new row, or the old one with `leftAt` cleared; heard `now` by `heardBy`.
  /// `alreadyIn` changes nothing. Found in this order: noCall, ended, kicked, alreadyIn.
  virtual JoinOutcome joinCall(const JoinChange& change) = 0;

  /// Takes the user out of the call; when nobody is left in it, ends it (`ifEmpty`, `onEnd`) in the same
  /// step. Found in this order: noCall, ended, notInCall.
  virtual LeaveOutcome leaveCall(const LeaveChange& change) = 0;

  /// Sets or clears `kicked`. Kicking also takes out who is in the call; when nobody is left in it, ends it
  /// (`lastLeft`, `onEnd`) in the same step. Un-kicking clears the flag only. Found in this order: noCall,
  /// ended, actorNotInCall, noParticipant, unchanged.
  virtual KickOutcome setKicked(const KickChange& change) = 0;

  /// Ends the call: `endedAt`, reason, by; everyone in it out at `now`. Found in this order: noCall,
  /// alreadyEnded, actorNotInCall, actorHasJoined, lostJob (the settlement's token no longer holds).
  virtual EndOutcome endCall(const EndChange& change) = 0;

  /// Records the room that a `create` made: room and `setupComplete` together, the job done, also when the
  /// call has ended meanwhile. When the token no longer holds: `lost`, nothing changes; unless the call has
  /// ended: `lateRoom`, then `roomMayExist` is set and `ifLate` stored, so that the room goes. A token that
  /// holds, but comes after the teardown (its lease had run out unnoticed), is `lateRoom` too, and the job
  /// done.
  virtual SetupOutcome completeSetup(const SetupChange& change) = 0;

  /// Records that the room of an ended call is gone: `teardownComplete` set, `roomMayExist` cleared, the job
  /// done. `again` when `teardownComplete` was set before. `lost` when the token no longer holds, or the call
  /// has changed since `revision` (a room may have come meanwhile): nothing changes.
  virtual TeardownOutcome completeTeardown(const TeardownChange& change) = 0;

  /// An active call whose room was lost is to get one anew: `setupComplete` and the room cleared, `setup`
  /// stored. `roomMayExist` stays as it is. Found in this order: noCall, ended, notSetUp (its setup is still
  /// to come), waiting (a SetupCall of it that is not parked is stored).
  virtual RenewOutcome renewRoom(const RenewChange& change) = 0;

  // Jobs

  /// Stores a job.
  virtual void addJob(const NewJob& job) = 0;

  /// Takes the job that is available first (`availableAt`, then order of storing): attempt counted, token
  /// raised, leased. Available: not parked, `availableAt` reached, no lease that still holds, and no other
  /// job of the same call with one. For a SetupCall whose call is active and not set up, stores
  /// `roomMayExist` in the same step: the intent, before the deed.
  virtual std::optional<ClaimedJob> claimJob(const ClaimParams& params) = 0;

  /// Prolongs a claim. False: the token no longer holds.
  virtual bool renewJob(const JobId& job, std::int64_t token, TimePoint leaseUntil) = 0;

  /// Settles a claim. False: the token no longer holds, nothing changed.
  virtual bool settleJob(const Settlement& settlement) = 0;

  /// Parked jobs become available at `now`, with no attempts: the given one, or all. Returns how many.
  virtual std::size_t retryParked(const std::optional<JobId>& job, TimePoint now) = 0;

  /// In the order of storing.
  [[nodiscard]] virtual std::vector<Job> jobs(const JobQuery& query) const = 0;

  [[nodiscard]] virtual JobCounts jobCounts(const std::string& queue, TimePoint now) const = 0;

  // The maintenance switch, seen by everyone on this storage

  /// Sets the switch, counts the active calls, and stores the sweep that will end them.
  virtual ActiveSummary setCallsDown(const DownChange& change) = 0;

  /// Clears the switch. True: calls were down at `now`.
  virtual bool clearCallsDown(TimePoint now) = 0;

  /// Until when calls are down, if the switch is set; may lie in the past.
  [[nodiscard]] virtual std::optional<TimePoint> callsDownUntil() const = 0;

  // Presence, for restarts and for other processes

  /// Stores when those in a call were last heard (never an earlier time over a later), and that `heardBy` is
  /// listening. Who is no longer in a call is passed over.
  virtual void saveHeartbeats(const HeartbeatBatch& batch) = 0;

  /// Other instances than `self` that saved heartbeats at or after `since`.
  [[nodiscard]] virtual Listeners listeners(InstanceId self, TimePoint since) const = 0;

  /// Those in a call who were last heard at or before a time, by (lastHeard, sequence). Should cost what it
  /// returns.
  [[nodiscard]] virtual std::vector<StoredPresence> silentParticipants(const SilentQuery& query) const = 0;

  /// Those who left a call, by whatever way, at or after a time. Should cost what it returns.
  [[nodiscard]] virtual std::vector<InCallKey> departuresSince(TimePoint since, std::size_t limit) const = 0;

  // Reading. Calls come with their room.

  /// The call, and the row of `viewer` if they have one; nothing when there is no such call.
  [[nodiscard]] virtual std::optional<CallSnapshot> findCall(const CallId& call,
                                                             const std::optional<UserId>& viewer) const = 0;

  [[nodiscard]] virtual std::optional<CallParticipant> findParticipant(
      const ParticipantId& participant) const = 0;

  /// Everyone who was ever in the call, in the order of joining.
  [[nodiscard]] virtual std::vector<CallParticipant> participants(const CallId& call) const = 0;

  [[nodiscard]] virtual HistoryPage history(const HistoryQuery& query) const = 0;

  /// The active calls of these threads, in the order of creation.
  [[nodiscard]] virtual std::vector<CallSnapshot> activeCalls(const std::vector<ThreadId>& threads,
                                                              const UserId& viewer) const = 0;

  /// Active calls with `after` < sequence <= `cutoff`, in the order of creation: how sweeps go.
  [[nodiscard]] virtual std::vector<Call> activeCallsUpTo(std::int64_t cutoff, std::int64_t after,
                                                          std::size_t limit) const = 0;

  /// The active calls created before a time.
  [[nodiscard]] virtual ActiveSummary activeSummary(TimePoint createdBefore) const = 0;

  // The default thread directory

  /// The thread directory in this same storage, owned by it; null when it has none, then the host must bring
  /// its own.
  [[nodiscard]] virtual ThreadStore* threadStore() noexcept = 0;
};

}  // namespace messenger
