#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "messenger/contracts/call_store.hpp"

namespace messenger::inline v0::memory {

struct CallRow;

struct ParticipantRow;

struct SessionRow {
  CallSession session;
  StorageTime departedAt{};
  InstanceId seenBy{};
  ParticipantRow* participant = nullptr;
};

struct ParticipantRow {
  CallParticipant participant;
  StorageTime departedAt{};
  std::map<DeviceId, SessionRow> sessions;
  CallRow* call = nullptr;

  [[nodiscard]] bool isIn() const noexcept { return !participant.leftAt; }
  [[nodiscard]] SessionKey keyOf(const SessionRow& row) const {
    return {participant.callId, participant.user, row.session.device};
  }
};

struct CallRow {
  CallWithRoom call;
  StorageTime startedAt{};
  std::deque<ParticipantRow> participants;  ///< in the order of joining; their addresses stay
  std::unordered_map<UserId, ParticipantRow*> byUser;
  std::map<std::int64_t, ParticipantRow*> inCall;  ///< by sequence
  std::map<UserId, CallRing> rings;                ///< by callee

  [[nodiscard]] ParticipantRow* find(const UserId& user) const;
  [[nodiscard]] SessionRow* find(const UserId& user, const DeviceId& device) const;
  /// All rings; or those that ring, and the user's.
  [[nodiscard]] std::vector<CallRing> ringsFor(const std::optional<UserId>& user, bool all) const;
  [[nodiscard]] CallSnapshot snapshot(const std::optional<UserId>& viewer) const;
  /// Who was ever in it besides the viewer, at most so many.
  [[nodiscard]] std::vector<UserId> others(const UserId& viewer, std::size_t limit) const;
  /// When the last participant left, on the storage's clock; when it began, if nobody ever joined.
  [[nodiscard]] StorageTime lastDeparture() const;
};

/// Calls and participants with their indexes. Confined: the mutex of Tables guards it. REQUIRES: the guards
/// of a change were checked.
class CallTable {
 public:
  /// (lastSeen or departedAt, sequence of the participant, device)
  using Order = std::tuple<StorageTime, std::int64_t, DeviceId>;

  [[nodiscard]] CallRow* find(const CallId& call) const;
  [[nodiscard]] ParticipantRow* find(const ParticipantId& participant) const;
  [[nodiscard]] CallRow* findActive(const ThreadId& thread) const;

  /// Throws StorageError when the change cannot be written: an id that is taken, a second row of a user, a
  /// row that contradicts what is stored.
  void requireWritable(const CallChange& change) const;

  /// REQUIRES: requireWritable.
  [[nodiscard]] CommitResult write(const CallChange& change);

  /// The intent to make a room.
  static void intend(CallRow& row, TimePoint now);

  void seen(SessionRow& row, StorageTime at, InstanceId by);

  /// At most `limit` calls, by sequence.
  [[nodiscard]] std::vector<CallRow*> after(std::int64_t sequence, std::size_t limit) const;

  /// Puts another user in the place of one in that call. False: it does not name them.
  bool replace(CallRow& call, const UserId& user, const UserId& instead);

  /// Deletes the call and its participants. REQUIRES: it has ended.
  void remove(CallRow& row);

  [[nodiscard]] const std::map<std::int64_t, CallRow*>& active() const noexcept { return active_; }
  [[nodiscard]] const std::map<std::int64_t, CallRow*>& ended() const noexcept { return ended_; }
  [[nodiscard]] const std::map<Order, SessionRow*>& byLastSeen() const noexcept { return open_; }
  [[nodiscard]] const std::map<Order, SessionRow*>& byDeparture() const noexcept { return departed_; }
  /// The calls that the user has missed, or had missed before they were rung again, by sequence; null when
  /// there is none.
  [[nodiscard]] const std::map<std::int64_t, CallRow*>* missedBy(const UserId& user) const;
  /// Whether the user is in an active call.
  [[nodiscard]] bool isBusy(const UserId& user) const { return busy_.contains(user); }

  /// REQUIRES: the call rang for the user.
  static bool markSeen(CallRow& call, const UserId& user);

  /// All calls of a thread, oldest first; null when it never had one.
  [[nodiscard]] const std::vector<CallRow*>* ofThread(const ThreadId& thread) const;

 private:
  void requireCallRow(const CallRow* known, const CallChange& change) const;
  void requireParticipants(const CallRow* call, const CallChange& change) const;
  void requireSessions(const CallRow* call, const CallChange& change) const;
  CallRow& rowFor(const CallChange& change);
  void writeCall(CallRow& row, const CallWithRoom& wanted);
  ParticipantRow& rowFor(CallRow& call, const CallParticipant& wanted);
  void writeParticipant(CallRow& call, const CallParticipant& wanted, const CallChange& change,
                        CommitResult& result);
  void writeSession(const CallSession& wanted, const CallChange& change, CommitResult& result);
  void closeSession(SessionRow& row, TimePoint at, StorageTime now, CommitResult& result);
  void closeSessions(ParticipantRow& row, TimePoint at, StorageTime now, CommitResult& result);
  void writeRing(CallRow& call, const CallRing& wanted);
  void forgetMissed(const CallRow& call, const UserId& user);
  void countIn(const UserId& user);
  void countOut(const UserId& user);
  void emptyCall(CallRow& call, TimePoint leftAt, StorageTime now, CommitResult& result);
  void forget(const ParticipantId& participant, const DeviceId& device);
  void place(SessionRow& row);
  void displace(SessionRow& row);

  std::unordered_map<CallId, std::unique_ptr<CallRow>> calls_;
  std::unordered_map<ParticipantId, ParticipantRow*> participants_;
  std::unordered_map<ThreadId, std::vector<CallRow*>> byThread_;
  std::unordered_map<ThreadId, CallRow*> activeByThread_;
  std::map<std::int64_t, CallRow*> active_;  ///< by sequence
  std::map<std::int64_t, CallRow*> ended_;   ///< by sequence
  std::map<Order, SessionRow*> open_;        ///< by lastSeen
  std::map<Order, SessionRow*> departed_;    ///< by departedAt
  std::unordered_map<UserId, std::map<std::int64_t, CallRow*>> missedBy_;
  std::unordered_map<UserId, std::size_t> busy_;  ///< in how many active calls each is
  std::int64_t lastCall_ = 0;
  std::int64_t lastParticipant_ = 0;
};

}  // namespace messenger::memory
