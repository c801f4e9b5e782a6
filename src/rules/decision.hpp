#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "messenger/config.hpp"
#include "messenger/contracts/call_state.hpp"
#include "messenger/contracts/call_store.hpp"
#include "messenger/contracts/thread_directory.hpp"
#include "messenger/events/call_events.hpp"
#include "messenger/result.hpp"

/// Every decision about a call, as pure functions: a command and the current state give a refusal, or a
/// change and the notices about it. No clock, no storage, no randomness, no host code.
namespace messenger::inline v0::rules {

/// How far those in a call must be counted: the rules ask only whether somebody is the last one, or leaves
/// only one behind.
inline constexpr std::size_t countNeeded = 3;

/// The moment of a decision on both clocks: the wall clock is for people, storage time decides.
struct Now {
  TimePoint wall;
  StorageTime storage;
};

/// The part of the configuration that rules depend on.
struct RuleConfig {
  bool callingEnabled = false;
  bool roomJobs = true;          ///< off: no SetupCall and no TeardownCall is stored
  std::string queue;             ///< for jobs
  bool removesSessions = false;  ///< off: no RemoveFromRoom is stored
  CallLimits limits{};           ///< of a call that is started without limits of its own
  Config::Sessions sessions{};
  Config::Ringing ringing{};
};

/// The user who acts, a member of the call's thread, and the thread.
struct Access {
  Thread thread;
  ThreadMember member;
  std::optional<ThreadMember> other{};  ///< private thread: its other member
  // For the rules that ring: everyone in the thread, and who of them is in a call.
  std::vector<ThreadMember> members{};
  std::vector<UserId> busy{};
};

/// The thread and membership, or threadNotFound, notMember.
[[nodiscard]] Result<Access> accessOf(const std::optional<Membership>& membership);

/// The user's membership as the roster has it; nothing when it does not list them. A directory may admit
/// others than it lists (a public thread), so it is asked about them.
[[nodiscard]] std::optional<Membership> membershipIn(const std::optional<Roster>& roster, const UserId& user);

// What is announced after the commit. A participant is named by the id of its row, because the stored row is
// known only then.

namespace notice {

struct Started {
  ThreadMember starter;
  std::vector<UserId> notRung{};  ///< members who do not hear of it now
};
/// Callees are rung.
struct Ringing {
  ThreadMember by;
  std::vector<UserId> callees{};
  bool again = true;  ///< they are to hear of it; false: with the start
};
struct RingStopped {
  std::vector<UserId> callees{};
  RingState state{};
  RingStop why{};
  DeviceId device{};  ///< that answered
};
/// It was not even rung: they are busy.
struct Missed {
  std::vector<UserId> callees{};
  RingState state{};
};
struct Joined {
  ParticipantId participant;
  DeviceId device{};
};
struct Left {
  ParticipantId participant;
  DeviceId device{};  ///< the last one; empty also when all left at once
  std::optional<TimePoint> endsAt{};
};
/// A further device of a participant who is in the call.
struct DeviceJoined {
  ParticipantId participant;
  DeviceId device{};
};
/// One device of a participant who stays in the call.
struct DeviceLeft {
  ParticipantId participant;
  DeviceId device{};
  messenger::DeviceLeft::Why why{};
};
struct Ignored {
  UserId by;
};
struct Kicked {
  ParticipantId participant;
  UserId by;
};
struct Ended {
  std::optional<UserId> removed{};  ///< a user who was removed from the thread: gets no broadcast
};
struct Ending {
  TimePoint endsAt;
  std::vector<UserId> inCall{};
};
struct SetupCompleted {};
struct SetupFailed {
  std::string error;
};
struct TornDown {};
struct TeardownFailed {
  std::string error;
};

}  // namespace notice

using Notice =
    std::variant<notice::Started, notice::Ringing, notice::RingStopped, notice::Missed, notice::Joined,
                 notice::Left, notice::DeviceJoined, notice::DeviceLeft, notice::Ignored, notice::Kicked,
                 notice::Ending, notice::Ended, notice::SetupCompleted, notice::SetupFailed, notice::TornDown,
                 notice::TeardownFailed, JobFailed>;

/// What a rule decided. A refusal has nothing else. Without a change nothing is stored: the state is already
/// as requested, or there are only notices.
struct Decision {
  std::optional<Refusal> refusal{};
  std::optional<CallChange> change{};
  std::vector<Notice> notices{};
  /// Counts as a heartbeat of this session, which is open.
  std::optional<SessionKey> seen{};
  /// Of this user, whose sessions were loaded: those that are closed are untracked if presence still tracks
  /// them.
  std::optional<UserId> gone{};
};

[[nodiscard]] inline Decision refused(Refusal refusal) {
  Decision decision;
  decision.refusal = std::move(refusal);
  return decision;
}
[[nodiscard]] inline Decision refused(Reason reason) {
  return refused(Refusal{reason, {}});
}

}  // namespace messenger::rules
