#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "messenger/contracts/thread_directory.hpp"
#include "messenger/model/call.hpp"
#include "messenger/model/call_participant.hpp"
#include "messenger/model/call_ring.hpp"
#include "messenger/model/call_session.hpp"
#include "messenger/model/job.hpp"
#include "messenger/model/room.hpp"
#include "messenger/model/thread.hpp"

namespace messenger::inline v0 {

/// One consistent picture of a call, read in one step: what a rule decides on.
struct CallState {
  CallWithRoom call;  ///< with its room
  /// The rows that were asked for, as far as they exist, in no particular order.
  std::vector<CallParticipant> participants;
  std::size_t inCall = 0;  ///< how many are in the call, asked for or not; see `LoadRequest::countUpTo`
  /// All of the `user` and of the `participant` that were asked for, open and closed, in no particular order.
  std::vector<CallSession> sessions{};
  /// Those that ring, and the one of the `user` that was asked for; or all, when they were asked for.
  std::vector<CallRing> rings{};

  /// The ring of that callee, if it was asked for or rings.
  [[nodiscard]] const CallRing* findRing(const UserId& callee) const noexcept {
    for (const CallRing& each : rings) {
      if (each.user == callee) return &each;
    }
    return nullptr;
  }

  /// The user's row, if it was asked for and exists.
  [[nodiscard]] const CallParticipant* find(const UserId& user) const noexcept {
    for (const CallParticipant& each : participants) {
      if (each.user == user) return &each;
    }
    return nullptr;
  }

  /// The row of that id, if it was asked for and belongs to this call.
  [[nodiscard]] const CallParticipant* find(const ParticipantId& participant) const noexcept {
    for (const CallParticipant& each : participants) {
      if (each.id == participant) return &each;
    }
    return nullptr;
  }

  /// The session of that device of one who was asked for.
  [[nodiscard]] const CallSession* find(const UserId& user, const DeviceId& device) const noexcept {
    for (const CallSession& each : sessions) {
      if (each.device == device && each.user == user) return &each;
    }
    return nullptr;
  }
};

/// How a claimed job is put back or away. It holds only while the claim's token is the latest and the job is
/// leased.
struct Settlement {
  /// What happens to the job.
  enum class Kind : std::uint8_t {
    done,   ///< the row goes
    retry,  ///< not leased any more, available again at `availableAt`, with `error`
    fail,   ///< not leased any more, kept as failed, with `error`
  };
  JobId job;                  ///< the claimed one
  std::int64_t token = 0;     ///< of the claim: `Job::token`
  Kind kind = Kind::done;     ///< what happens to it
  StorageTime availableAt{};  ///< of `retry`
  std::string error{};        ///< of `retry` and `fail`: why, for people
};

/// What a rule wants of a call, as rows the way they are to be. A storage writes all of it or nothing.
struct CallChange {
  CallId call;  ///< whose rows these are

  /// Guard: the revision that was loaded. 0: the call is new, and `row` must be given.
  std::int64_t expectedRevision = 0;

  /// Guard of what brings somebody into a call: the thread's revision that was loaded before the membership
  /// was read.
  std::optional<std::int64_t> threadRevision{};

  /// Guard of a new call: refused while calls are down at `now`.
  bool unlessCallsDown = false;

  /// Guard and part of the change: the job that ends, or is put back, with it.
  std::optional<Settlement> settles{};

  /// The call's own row and its room as they are to be. Without it only the revision rises. `sequence` and
  /// `revision` in it do not count: the storage gives them.
  std::optional<CallWithRoom> row{};

  /// Rows to write as they are to be; one whose id the call does not have is new, and gets its sequence from
  /// the storage. The open sessions of one that is not in the call are closed at its `leftAt`.
  std::vector<CallParticipant> participants{};

  /// Sessions of participants of this call, whose rows exist or are written with this. An open one is written
  /// as it is to be, as a new row if there is none of its (participant, device), and was last seen at `now`
  /// by `seenBy`. A closed one is closed at its `closedAt`, if there is such a row and it is open; the rest
  /// of it does not count.
  std::vector<CallSession> sessions{};

  /// The row of this session goes, which is closed; before `sessions` are written.
  std::optional<std::pair<ParticipantId, DeviceId>> forgets{};

  /// Rings of this call to write as they are to be, each of another callee.
  std::vector<CallRing> rings{};

  /// Everyone who is in the call leaves it, at this time: `leftAt` and `updatedAt` of their rows, with their
  /// sessions. Comes after `participants` and `sessions`.
  std::optional<TimePoint> everyoneLeaves{};

  /// Takes this user off the call's thread, as `ThreadStore::removeMember` does. Only a storage with a thread
  /// directory of its own is asked for it.
  std::optional<UserId> removesMember{};

  /// Jobs of this call that are of these types go, before `jobs` are stored; one that runs loses its claim.
  std::vector<JobType> cancels{};

  /// Jobs to store.
  std::vector<NewJob> jobs{};

  /// What the answer says of the call's thread, as it is at the commit or right after it. Only a storage with
  /// a thread directory of its own is asked for it.
  /// How much the answer says.
  enum class ThreadAnswer : std::uint8_t { nothing, thread, roster };
  ThreadAnswer answersThread = ThreadAnswer::nothing;  ///< see CommitResult::roster

  StorageTime now{};    ///< the storage's time of the change
  InstanceId seenBy{};  ///< the process that makes the change
};

/// What became of a CallChange.
struct CommitResult {
  /// The outcomes. All but `committed` have changed nothing.
  enum class Status : std::uint8_t {
    committed,
    conflict,          ///< the call, or its thread, has another revision; or there is no such call
    activeCallExists,  ///< a new call: the thread has an active one
    callsDown,         ///< `unlessCallsDown`
    claimLost,         ///< `settles`: the token no longer holds
  };
  Status status = Status::conflict;  ///< the outcome

  // When committed:
  CallWithRoom call{};                          ///< with its new revision
  std::vector<CallParticipant> participants{};  ///< those written, in the order given, with their sequences
  std::vector<CallParticipant> left{};          ///< when everyone left: who was in the call, in join order
  std::vector<SessionKey> closed{};             ///< the sessions that this change closed, in any order
  /// As `CallChange::answersThread` asked; without `members` unless the roster was asked for. Nothing when
  /// there is no such thread, or when it could not be read: the change is committed all the same.
  std::optional<Roster> roster{};
};

}  // namespace messenger
