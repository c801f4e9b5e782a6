#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "messenger/config.hpp"
#include "messenger/contracts/storage.hpp"
#include "messenger/events/call_events.hpp"
#include "tests/simulation/step.hpp"

namespace messenger::simulation {

/// Thrown nowhere: kept, and looked at after each step.
struct Violation {
  std::string invariant;  ///< a number of DESIGN.md's, or a word
  std::string text;
};

/// What must hold, from what was acknowledged and committed alone: it knows none of the library's rules on
/// how to get there.
class Oracle {
 public:
  /// Where a verb began: what was true at some moment since then is no contradiction to its answer.
  struct Mark {
    std::uint64_t commits = 0;
    SteadyPoint at{};
  };

  /// Who does something: a process from its start to its death.
  struct Process {
    std::size_t host = 0;
    std::uint64_t life = 0;
    friend auto operator<=>(const Process&, const Process&) = default;
  };

  Oracle(Duration ttl, Duration peerLease, const Config::Limits& limits, const Config::Ringing& ringing)
      : ttl_(ttl), peerLease_(peerLease), limits_(limits), ringsFor_(ringing.noAnswerAfter) {}

  void timeIs(SteadyPoint now, StorageTime storageNow) noexcept {
    now_ = now;
    storageNow_ = storageNow;
  }
  [[nodiscard]] Mark mark() const noexcept { return {commits_, now_}; }

  // What the storage did. `evictsSince`: when the activity check began that did it.

  /// Who stored a change, and as a part of what.
  struct Cause {
    Process by{};
    std::size_t step = 0;
    std::optional<Mark> evictsSince{};
    /// Whether the step may close this session while the call goes on.
    std::function<bool(const SessionKey&)> mayClose{};
    bool mayRing = false;  ///< whether the step may begin to ring anybody
  };
  void committed(const CallChange& change, const CommitResult& result, const Cause& cause);
  /// An activity check commits this. `read`: what it read of the user's sessions just before.
  void evicts(const CallChange& change, const std::vector<CallSession>& read);
  /// A step that committed something has come to its end.
  void finished(std::size_t step);
  /// Whatever this process still had to tell is lost.
  void died(const Process& process);
  /// The process is told that a commit failed, though it did not.
  void answerLost(const CallId& call);

  /// Of two who hold a claim on one job, only the later one may settle it.
  void claimed(const Job& job);
  /// A worker of this process runs a job, in this step, and keeps it until then while it lives.
  void keeps(const Job& job, const Process& by, std::size_t step, StorageTime until);
  /// Whoever runs it may have settled it.
  void endsClaim(const JobId& job) { kept_.erase(job); }
  /// This process renews the leases of all jobs that its worker runs: those which it had before, and has
  /// afterwards, are renewed for as long.
  class Renewing {
   public:
    Renewing(Oracle& oracle, const Process& by, Duration lease);
    void done();

   private:
    Oracle& oracle_;
    StorageTime until_;
    std::vector<std::pair<JobId, std::int64_t>> jobs_{};
  };
  void settled(const Settlement& settlement, Storage& storage);

  /// Whether a process is alive that users can reach.
  void reachable(bool now) noexcept {
    if (now && !reachable_) reachableSince_ = now_;
    reachable_ = now;
  }

  // What was answered. Each is an acknowledgement of a verb that began at `from`. `answered`: somebody who is
  // in the call then keeps a whole TTL.

  void started(const Call& call, const UserId& user, const DeviceId& device, Mark from, SteadyPoint answered);
  void joined(const SessionKey& who, Mark from, SteadyPoint answered);
  /// Without a device: with all of them.
  void left(const SessionKey& who, Mark from);
  void ended(const CallId& call);
  void kicked(const CallId& call, const UserId& user, bool kicked, Mark from);
  void declined(const CallId& call, const UserId& user, Mark from);
  void rung(const CallId& call, const UserId& user, Mark from);
  void heartbeat(const SessionKey& who, const Process& by, Mark from, SteadyPoint answered);
  void heartbeatRefused(const SessionKey& who, Mark from);
  /// Of someone who is no member now; and before somebody becomes one.
  void removed(const ThreadId& thread, const UserId& user);
  void added(const ThreadId& thread, const UserId& user) { removed_.erase({thread, user}); }
  void sawRoom(const CallId& call, const UserId& user, Mark from);
  /// Somebody takes calls down or allows them: until this ends, and when it failed also after it, neither is
  /// known. `until` when they are down now.
  class Switching {
   public:
    explicit Switching(Oracle& oracle);
    ~Switching();
    Switching(const Switching&) = delete;
    Switching& operator=(const Switching&) = delete;
    void isDown(SteadyPoint until) { until_ = until; }

   private:
    Oracle& oracle_;
    std::uint64_t begun_;
    std::optional<SteadyPoint> until_{};
  };
  /// A verb that may track its user before it is known whether they are in the call. Another heartbeat of the
  /// same user may be acknowledged meanwhile.
  class Entering {
   public:
    Entering(Oracle& oracle, const Process& by, const UserId& user);
    ~Entering();
    Entering(const Entering&) = delete;
    Entering& operator=(const Entering&) = delete;

   private:
    Oracle& oracle_;
    std::pair<Process, UserId> who_;
  };

  void happened(const Event& event);

  /// After each step, on the storage itself.
  void check(Storage& storage, bool storageKnowsMembers);
  /// At the end: faults off, everything drained, nobody sends heartbeats.
  void checkEnd(Storage& storage, const std::vector<ThreadId>& threads, const std::set<CallId>& rooms);

  [[nodiscard]] const std::optional<Violation>& violation() const noexcept { return violation_; }
  void violate(std::string invariant, std::string text);

  /// What may be left when a process dies: a room that it made after its lease had ended.
  void excuseRoom(const CallId& call) { excusedRooms_.insert(call); }

 private:
  using PersonKey = std::pair<std::string, UserId>;
  using Key = std::tuple<std::string, UserId, std::string>;  ///< with the device

  struct Person {
    bool in = false;
    bool kicked = false;
    std::uint64_t kickedAt = 0;
  };

  struct Session {
    bool in = false;
    std::uint64_t inAt = 0;  ///< the commit that last brought them in, and the one that took them out
    std::uint64_t outAt = 0;
    SteadyPoint outSince{};
    Process outBy{};
    bool outLate = false;                    ///< its process was frozen between the decision and the commit
    std::size_t outStep = 0;                 ///< which step took them out,
    std::uint64_t outDoneAt = 0;             ///< and when it came to its end; 0: not yet
    SteadyPoint seen{};                      ///< the latest acknowledged heartbeat, join or start
    std::optional<SteadyPoint> backSince{};  ///< the latest one that came a whole TTL after the one before
  };

  struct KnownCall {
    ThreadId thread;
    std::optional<EndReason> reason{};
    StorageTime startedAt{};
    std::size_t inCall = 0;
    StorageTime fewSince{};    ///< since when at most one has been in it
    StorageTime emptySince{};  ///< since when nobody has been in it
    int startEvents = 0;
    int endEvents = 0;
    Process startedBy{};
    Process endedBy{};
    bool eventsMayBeMissing = false;
  };

  /// One callee's ring.
  struct Ring {
    std::optional<RingState> state{};
    StorageTime since{};
    std::uint64_t changedAt = 0;
    int stops = 0;                  ///< how often it stopped,
    int announced = 0;              ///< and how often that was announced
    std::set<Process> stoppedBy{};  ///< whose announcements may be outstanding
    bool eventsMayBeMissing = false;
  };

  void checkLimits(const CallChange& change, const KnownCall& call);
  void ringChanges(const CallChange& change, const CallRing& wanted, const Cause& cause);
  void checkRings(const CallState& state, const std::function<bool(const UserId&)>& isMember, bool hasTimer);
  Session& session(const SessionKey& who) {
    return sessions_[{who.call.value(), who.user, who.device.value()}];
  }
  Person& person(const CallId& call, const UserId& user) { return people_[{call.value(), user}]; }
  template <class Each>
  void forSessionsOf(const CallId& call, const UserId& user, Each&& each);
  void setIn(const CallId& call, const UserId& user, bool in);
  void comesIn(const SessionKey& who);
  void goesOut(const SessionKey& who, const Cause& cause);
  void allGoOut(const CallId& call, const UserId& user, const Cause& cause);
  void checkSessions(Storage& storage);
  /// How long a commit may come after its decision: so far back a process looks for departures.
  static constexpr std::chrono::seconds commitMargin{5};
  void seen(Session& session, SteadyPoint answered, bool again);
  /// So much less than a TTL may be left after an answer.
  static constexpr std::chrono::seconds promptly{1};

  Duration ttl_;
  bool reachable_ = false;
  SteadyPoint reachableSince_{};
  Duration peerLease_;
  Config::Limits limits_;
  Duration ringsFor_;
  SteadyPoint now_{};
  StorageTime storageNow_{};
  Duration late_{};  ///< how long after its decision the commit came that is looked at
  std::uint64_t commits_ = 1;
  std::map<PersonKey, Person> people_;
  std::map<Key, Session> sessions_;
  std::map<CallId, KnownCall> calls_;
  std::map<PersonKey, Ring> rings_;
  std::map<JobId, Job> claims_;  ///< the latest ones
  struct Kept {
    std::int64_t token = 0;
    Process by{};
    std::size_t step = 0;
    StorageTime until{};
  };
  std::map<JobId, Kept> kept_;
  std::set<std::pair<ThreadId, UserId>> removed_;
  std::set<CallId> unfinished_;  ///< ended, and the room not destroyed
  std::set<CallId> excusedRooms_;
  std::uint64_t downSince_ = 0;  ///< 0: not down
  SteadyPoint downUntil_{};
  int switching_ = 0;
  std::uint64_t lastSwitched_ = 0;  ///< when one of them ended
  struct Entries {
    int underWay = 0;
    std::uint64_t lastEnded = 0;
  };
  std::map<std::pair<Process, UserId>, Entries> entries_;
  std::optional<Violation> violation_;
};

/// `user:u1`
[[nodiscard]] std::string nameOf(const UserId& user);
/// `user:u1 with d1`
[[nodiscard]] std::string nameOf(const SessionKey& who);

}  // namespace messenger::simulation
