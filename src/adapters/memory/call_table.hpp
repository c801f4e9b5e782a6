#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "messenger/contracts/storage.hpp"

namespace messenger::memory {

struct CallRow;

struct ParticipantRow {
  CallParticipant participant;
  TimePoint lastHeard;
  InstanceId heardBy{};
  CallRow* call = nullptr;
};

struct CallRow {
  Call call;
  std::deque<ParticipantRow> participants;  ///< in the order of joining; their addresses stay
  std::unordered_map<UserId, ParticipantRow*> byUser;
  std::size_t inCall = 0;

  [[nodiscard]] ParticipantRow* find(const UserId& user) const;
  /// The user's row while they are in the call.
  [[nodiscard]] ParticipantRow* findInCall(const UserId& user) const;
  [[nodiscard]] CallSnapshot snapshot(const std::optional<UserId>& viewer) const;
};

/// Calls and participants with their indexes. Confined: the storage's mutex guards it. What it is told to do
/// it does; whether that is allowed has been looked at before.
class CallTable {
 public:
  using SilentKey = std::pair<TimePoint, std::int64_t>;  ///< (lastHeard, sequence)

  [[nodiscard]] CallRow* find(const CallId& call) const;
  [[nodiscard]] ParticipantRow* find(const ParticipantId& participant) const;
  [[nodiscard]] CallRow* findActive(const ThreadId& thread) const;

  CallRow& start(const StartChange& change);
  ParticipantRow& add(CallRow& row, const ParticipantId& id, const UserId& user, TimePoint now,
                      InstanceId heardBy);
  void putBack(ParticipantRow& row, TimePoint now, InstanceId heardBy);
  void takeOut(ParticipantRow& row, TimePoint now);
  void setKicked(ParticipantRow& row, bool kicked, TimePoint now);
  void end(CallRow& row, EndReason reason, const std::optional<UserId>& by, TimePoint now);
  void heard(ParticipantRow& row, TimePoint at, InstanceId by);

  /// Counts a change of the call's own fields.
  static void changed(CallRow& row, TimePoint now);

  [[nodiscard]] const std::map<std::int64_t, CallRow*>& active() const noexcept { return active_; }
  [[nodiscard]] const std::map<SilentKey, ParticipantRow*>& byLastHeard() const noexcept { return silent_; }
  [[nodiscard]] const std::map<SilentKey, ParticipantRow*>& byDeparture() const noexcept { return left_; }
  /// All calls of a thread, oldest first; null when it never had one.
  [[nodiscard]] const std::vector<CallRow*>* ofThread(const ThreadId& thread) const;

 private:
  std::unordered_map<CallId, std::unique_ptr<CallRow>> calls_;
  std::unordered_map<ParticipantId, ParticipantRow*> participants_;
  std::unordered_map<ThreadId, std::vector<CallRow*>> byThread_;
  std::unordered_map<ThreadId, CallRow*> activeByThread_;
  std::map<std::int64_t, CallRow*> active_;      ///< by sequence
  std::map<SilentKey, ParticipantRow*> silent_;  ///< those in a call
  std::map<SilentKey, ParticipantRow*> left_;    ///< those who are out, by (leftAt, sequence)
  std::int64_t lastCall_ = 0;
  std::int64_t lastParticipant_ = 0;
};

}  // namespace messenger::memory
