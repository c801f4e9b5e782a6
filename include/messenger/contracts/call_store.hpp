#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "messenger/contracts/call_state.hpp"
#include "messenger/contracts/thread_directory.hpp"
#include "messenger/export.hpp"

namespace messenger::inline v0 {

/// Calls and those in them. It compares and sets: which change is right is decided by the library's rules,
/// whether it still applies by the guards of the change.
///
/// Each operation is atomic and isolated: one transaction, all or nothing, however many threads and processes
/// work on the same data. What it reports as committed is durable to the degree configured. The database
/// itself enforces, not by looking first: one active call for each thread, one row for each (call, user),
/// each (participant, device) and each (call, callee), ids that are unique.
///
/// - In the call: a row with `leftAt` empty. An ended call has nobody in it.
/// - An open session: a row with `closedAt` empty. One who is not in the call has none.
/// - `sequence` grows with each new call, participant and job, and is never given twice while rows remain.
/// - `revision` of a call grows by one with each change of it, of its participants, their sessions or its
///   rings.
///
/// Thread-safe. Operations may block for as long as the storage's time limit says, and must not call back
/// into the library. They throw StorageUnavailable when the storage does not answer (the change may then have
/// been made, if only its answer was lost: the revision tells), StorageError for what it refuses: an id that
/// is taken, a row that contradicts itself. A change that throws has changed nothing, unless said so above.
class MESSENGER_EXPORT CallStore {
 public:
  CallStore() = default;
  CallStore(const CallStore&) = delete;
  CallStore& operator=(const CallStore&) = delete;
  virtual ~CallStore() = default;

  /// What to read in one step.
  struct LoadRequest {
    /// One of these two: the call, or the active call of a thread.
    std::optional<CallId> call{};
    std::optional<ThreadId> thread{};  ///< its active call, instead of `call`
    /// The rows that the picture is to have: of this user and of this participant, with all their sessions;
    /// of all who are in the call.
    std::optional<UserId> user{};
    std::optional<ParticipantId> participant{};  ///< this row, with all its sessions
    bool everyoneInCall = false;                 ///< every row of somebody who is in the call
    /// Also of these users, without their sessions.
    std::vector<UserId> others{};
    /// Also read the user's membership of the call's thread, in the same step. Only a storage with a thread
    /// directory of its own is asked for it.
    bool membership = false;
    /// All rings of the call, not only those that `CallState::rings` has anyway.
    bool rings = false;
    /// How far `CallState::inCall` must be counted, and at least as far as the call's own limit of
    /// participants. A storage may stop there: counting everybody each time somebody comes or goes would cost
    /// more the more there are.
    std::size_t countUpTo = std::numeric_limits<std::size_t>::max();
  };

  /// What was read.
  struct Loaded {
    std::optional<CallState> call{};  ///< none: there is no such call
    std::int64_t threadRevision = 0;  ///< of the call's thread, or of the one asked for; 0 at first
    std::optional<StorageTime> callsDownUntil{};  ///< as `Switches::callsDownUntil`
    std::optional<Membership> membership{};       ///< when asked for, and the thread exists
  };

  /// One consistent picture. Without such a call `call` is empty, the rest is of the thread asked for.
  [[nodiscard]] virtual Loaded load(const LoadRequest& request) = 0;

  /// Makes the change if its guards hold; they are looked at in the order: conflict, claimLost, callsDown,
  /// activeCallExists. Any status but `committed` has changed nothing.
  virtual CommitResult commit(const CallChange& change) = 0;

  /// Raises a thread's revision: whoever loaded before it can no longer commit with `threadRevision`.
  virtual void raiseThreadRevision(const ThreadId& thread) = 0;

  // Reading. What is returned is a picture of one moment.

  /// One row, whatever its call; nothing when there is none.
  [[nodiscard]] virtual std::optional<CallParticipant> findParticipant(const ParticipantId& participant) = 0;

  /// A page of participants.
  struct ParticipantsQuery {
    CallId call;              ///< theirs
    std::int64_t after = 0;   ///< a `CallParticipant::sequence`; 0 for the beginning
    std::size_t limit = 100;  ///< at most so many
  };

  /// Everyone who was ever in the call, in the order of joining.
  [[nodiscard]] virtual std::vector<CallParticipant> participants(const ParticipantsQuery& query) = 0;

  /// A page of a thread's calls.
  struct HistoryQuery {
    ThreadId thread;                 ///< whose calls
    std::optional<CallId> before{};  ///< only calls older than this one
    std::size_t limit = 25;          ///< at most so many
    UserId viewer;                   ///< whose own rows `CallSnapshot` is to have
    std::size_t with = 0;            ///< at most so many in `CallSnapshot::with` of each
  };

  /// Calls of one thread.
  struct HistoryPage {
    bool knowsBefore = true;            ///< false: `before` is no call of this thread; then the page is empty
    std::vector<CallSnapshot> calls{};  ///< newest first
    bool more = false;                  ///< older ones exist
    std::size_t total = 0;              ///< all calls of the thread
  };

  /// The calls of a thread, newest first.
  [[nodiscard]] virtual HistoryPage history(const HistoryQuery& query) = 0;

  /// The active calls of these threads, in the order of creation.
  [[nodiscard]] virtual std::vector<CallSnapshot> activeCalls(const std::vector<ThreadId>& threads,
                                                              const UserId& viewer) = 0;

  /// A page of active calls.
  struct ActiveCallsQuery {
    std::int64_t after = 0;   ///< a `Call::sequence`
    std::int64_t upTo = 0;    ///< a `Call::sequence`, included
    std::size_t limit = 100;  ///< at most so many
  };

  /// Active calls in the order of creation: how sweeps go.
  [[nodiscard]] virtual std::vector<Call> activeCallsAfter(const ActiveCallsQuery& query) = 0;

  /// Some active calls, by number and by the highest of their sequences.
  struct ActiveSummary {
    std::size_t count = 0;             ///< how many there are
    std::int64_t highestSequence = 0;  ///< the highest `Call::sequence` of them; 0 without any
  };

  /// The active calls whose first change was committed with a `now` before this time.
  [[nodiscard]] virtual ActiveSummary activeSummary(StorageTime startedBefore) = 0;

  /// How much goes on, for an operator.
  struct Totals {
    std::size_t activeCalls = 0;   ///< that have not ended
    std::size_t openSessions = 0;  ///< of all calls
    std::size_t ringing = 0;       ///< rings of active calls that ring
  };

  /// All of it, whatever is listed. The cost should depend on what is active, not on what was.
  [[nodiscard]] virtual Totals totals() = 0;

  // Rings, by callee.

  /// A page of missed calls.
  struct MissedQuery {
    UserId user;                     ///< who missed them
    TimePoint since{};               ///< only calls that were created then or later
    std::optional<CallId> before{};  ///< only calls older than this one
    std::size_t limit = 25;          ///< at most so many
  };

  /// Calls that one user has missed.
  struct MissedPage {
    bool knowsBefore = true;            ///< false: there is no call `before`; then the page is empty
    std::vector<CallSnapshot> calls{};  ///< `CallRing::isMissed`, with the user's rows, newest first
    bool more = false;                  ///< older ones exist
    std::size_t unseen = 0;             ///< all that the user has missed and not seen, of any age
  };

  /// The calls that a user has missed, newest first.
  [[nodiscard]] virtual MissedPage missed(const MissedQuery& query) = 0;

  /// What the user has missed is seen, up to the call of this `Call::sequence`. Returns how many were not. It
  /// raises no revision.
  virtual std::size_t markSeen(const UserId& user, std::int64_t upTo) = 0;

  /// Those of the users who are in an active call, in the order given.
  [[nodiscard]] virtual std::vector<UserId> busy(const std::vector<UserId>& users) = 0;

  // Retention. A call can be pruned when it ended before a time (the `now` of that change), no room of it may
  // exist, and no job of it is stored.

  /// What to delete.
  struct PruneRequest {
    StorageTime endedBefore{};  ///< only calls that ended before this time
    std::size_t limit = 100;    ///< calls
  };

  /// Deletes calls that can be pruned, with their participants and rings, the oldest first. Returns how many:
  /// at most `limit`, and fewer where more at once would keep other changes waiting; 0 only when none is
  /// left. The call with the newest row of its kind may stay, so that no `sequence` is given twice.
  virtual std::size_t prune(const PruneRequest& request) = 0;

  /// Whom to erase.
  struct EraseRequest {
    UserId user;              ///< who is to be named nowhere afterwards
    UserId instead;           ///< who takes that place
    std::int64_t after = 0;   ///< a `Call::sequence`; 0 for the beginning
    std::size_t limit = 100;  ///< calls to look at, in the order of creation
  };

  /// What was erased.
  struct Erased {
    std::size_t calls = 0;  ///< that named the user
    std::optional<std::int64_t>
        next{};  ///< `after` for the calls that were not looked at; none: that was all
  };

  /// Puts another user, whom no call names, in the place of this one: as owner, as who ended it, in the rows
  /// of participants, and of rings. Raises the revision of each call that named the user.
  virtual Erased erase(const EraseRequest& request) = 0;

  /// How many calls `prune` would delete in the end.
  [[nodiscard]] virtual std::size_t prunable(StorageTime endedBefore) = 0;
};

}  // namespace messenger
